// What people read on the edge's own pages, in four languages.
export const languages = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof languages)[number];

export type Texts = {
  readonly restrictedTitle: string;
  readonly restrictedNext: string;
  readonly restrictedFile: string;
  readonly unknownTitle: string;
  readonly unknownText: string;
  readonly upstreamTitle: string;
  readonly upstreamText: string;
  readonly busyTitle: string;
  readonly busyText: string;
  readonly refusedTitle: string;
  readonly refusedText: string;
  readonly back: string;
  readonly reference: string;
  readonly time: string;
  readonly contact: string;
  readonly copy: string;
  readonly copied: string;
  readonly close: string;
};

export const texts: Readonly<Record<Language, Texts>> = {
  en: {
    restrictedTitle: 'Download restricted',
    restrictedNext:
      'You can keep working with the file in the app. If you need it on your device, send the reference below to your administrator and ask for a review.',
    restrictedFile: 'Save this notice as a text file',
    unknownTitle: 'Page not found',
    unknownText:
      'This address does not belong to an app that can be reached here. Check the address or open the app from your start page.',
    upstreamTitle: 'The app does not answer',
    upstreamText:
      'The app behind this address could not be reached. Try again in a minute; if it stays, tell your administrator.',
    busyTitle: 'Too many files are being checked',
    busyText: 'Your download could not be checked right now, so it was not delivered. Try again in a minute.',
    refusedTitle: 'This request was refused',
    refusedText:
      'The browser sent something that cannot be passed on safely. Reload the page; if it stays, delete the cookies of this site.',
    back: 'Back',
    reference: 'Reference',
    time: 'Time',
    contact: 'Contact',
    copy: 'Copy',
    copied: 'Copied',
    close: 'Close',
  },
  de: {
    restrictedTitle: 'Download nicht erlaubt',
    restrictedNext:
      'In der App können Sie mit der Datei weiterarbeiten. Brauchen Sie sie auf Ihrem Gerät, senden Sie die Referenz unten an Ihre Administration und bitten Sie um Prüfung.',
    restrictedFile: 'Diesen Hinweis als Textdatei speichern',
    unknownTitle: 'Seite nicht gefunden',
    unknownText:
      'Diese Adresse gehört zu keiner App, die hier erreichbar ist. Prüfen Sie die Adresse oder öffnen Sie die App von Ihrer Startseite aus.',
    upstreamTitle: 'Die App antwortet nicht',
    upstreamText:
      'Die App hinter dieser Adresse ist nicht erreichbar. Versuchen Sie es in einer Minute noch einmal; bleibt es dabei, melden Sie es Ihrer Administration.',
    busyTitle: 'Zu viele Dateien werden geprüft',
    busyText:
      'Ihr Download konnte gerade nicht geprüft werden und wurde deshalb nicht ausgeliefert. Versuchen Sie es in einer Minute noch einmal.',
    refusedTitle: 'Diese Anfrage wurde abgelehnt',
    refusedText:
      'Der Browser hat etwas gesendet, das nicht sicher weitergegeben werden kann. Laden Sie die Seite neu; bleibt es dabei, löschen Sie die Cookies dieser Seite.',
    back: 'Zurück',
    reference: 'Referenz',
    time: 'Zeit',
    contact: 'Kontakt',
    copy: 'Kopieren',
    copied: 'Kopiert',
    close: 'Schließen',
  },
  fr: {
    restrictedTitle: 'Téléchargement restreint',
    restrictedNext:
      'Vous pouvez continuer à travailler avec le fichier dans l’application. S’il vous le faut sur votre appareil, envoyez la référence ci-dessous à votre administrateur et demandez un réexamen.',
    restrictedFile: 'Enregistrer cet avis en fichier texte',
    unknownTitle: 'Page introuvable',
    unknownText:
      'Cette adresse n’appartient à aucune application accessible ici. Vérifiez l’adresse ou ouvrez l’application depuis votre page d’accueil.',
    upstreamTitle: 'L’application ne répond pas',
    upstreamText:
      'L’application à cette adresse est injoignable. Réessayez dans une minute ; si cela persiste, prévenez votre administrateur.',
    busyTitle: 'Trop de fichiers sont en cours de contrôle',
    busyText: 'Votre téléchargement n’a pas pu être contrôlé et n’a donc pas été remis. Réessayez dans une minute.',
    refusedTitle: 'Cette requête a été refusée',
    refusedText:
      'Le navigateur a envoyé quelque chose qui ne peut être transmis sans risque. Rechargez la page ; si cela persiste, supprimez les cookies de ce site.',
    back: 'Retour',
    reference: 'Référence',
    time: 'Heure',
    contact: 'Contact',
    copy: 'Copier',
    copied: 'Copié',
    close: 'Fermer',
  },
  es: {
    restrictedTitle: 'Descarga restringida',
    restrictedNext:
      'Puede seguir trabajando con el archivo en la aplicación. Si lo necesita en su dispositivo, envíe la referencia de abajo a su administrador y pida una revisión.',
    restrictedFile: 'Guardar este aviso como archivo de texto',
    unknownTitle: 'Página no encontrada',
    unknownText:
      'Esta dirección no pertenece a ninguna aplicación accesible aquí. Compruebe la dirección o abra la aplicación desde su página de inicio.',
    upstreamTitle: 'La aplicación no responde',
    upstreamText:
      'No se pudo acceder a la aplicación de esta dirección. Inténtelo de nuevo en un minuto; si continúa, avise a su administrador.',
    busyTitle: 'Se están comprobando demasiados archivos',
    busyText: 'Su descarga no pudo comprobarse y por eso no se entregó. Inténtelo de nuevo en un minuto.',
    refusedTitle: 'Esta solicitud fue rechazada',
    refusedText:
      'El navegador envió algo que no se puede transmitir con seguridad. Recargue la página; si continúa, borre las cookies de este sitio.',
    back: 'Volver',
    reference: 'Referencia',
    time: 'Hora',
    contact: 'Contacto',
    copy: 'Copiar',
    copied: 'Copiado',
    close: 'Cerrar',
  },
};

/** The first of Accept-Language's languages that we speak; English otherwise. */
export function chooseLanguage(acceptLanguage: string | undefined): Language {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', quality] = part.trim().split(/;\s*q=/);
      return { tag: tag.slice(0, 2).toLowerCase(), quality: quality === undefined ? 1 : Number(quality) };
    })
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of wanted) {
    const language = languages.find((known) => known === tag);
    if (language) return language;
  }
  return 'en';
}
