// What people read whose app stops being theirs, or leads them where the proxy does not go.
import type { RefusalWords } from '../refused-access.ts';
import type { Language } from './texts.ts';

type Words = Readonly<Record<Language, RefusalWords>>;

export const unassignedTexts: Words = {
  en: { title: 'No access to this app', text: 'This app is no longer assigned to you.' },
  de: { title: 'Kein Zugriff auf diese App', text: 'Diese App ist Ihnen nicht mehr zugewiesen.' },
  fr: { title: 'Pas d’accès à cette application', text: 'Cette application ne vous est plus attribuée.' },
  es: { title: 'Sin acceso a esta aplicación', text: 'Esta aplicación ya no está asignada a usted.' },
};

/** `{host}` is the foreign host, already reduced to host characters. */
export const leavingTexts: Words = {
  en: {
    title: 'This address is not set up here',
    text: 'The app led to {host}, which does not belong to its known addresses, so it was not opened.',
    next: 'Go back and go on working in the app. If you need this address, give the reference below to your administrator.',
  },
  de: {
    title: 'Diese Adresse ist hier nicht eingerichtet',
    text: 'Die App führte zu {host}. Das gehört nicht zu ihren bekannten Adressen und wurde deshalb nicht geöffnet.',
    next: 'Gehen Sie zurück und arbeiten Sie in der App weiter. Brauchen Sie diese Adresse, nennen Sie Ihrer Administration die Referenz unten.',
  },
  fr: {
    title: 'Cette adresse n’est pas configurée ici',
    text: 'L’application menait à {host}, qui ne fait pas partie de ses adresses connues : rien n’a été ouvert.',
    next: 'Revenez en arrière et continuez dans l’application. Si vous avez besoin de cette adresse, donnez la référence ci-dessous à votre administrateur.',
  },
  es: {
    title: 'Esta dirección no está configurada aquí',
    text: 'La aplicación llevaba a {host}, que no está entre sus direcciones conocidas, y por eso no se abrió.',
    next: 'Vuelva atrás y siga trabajando en la aplicación. Si necesita esta dirección, indique la referencia siguiente a su administrador.',
  },
};
