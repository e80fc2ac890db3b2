// What the pages say, in the four languages.
export const languages = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof languages)[number];

export type Wording = {
  readonly noticeTitle: string;
  readonly noticeText: string;
  readonly continue: string;
  readonly signedInAs: string;
  readonly blockedTitle: string;
  readonly blockedText: string;
  readonly useBrowser: string;
  readonly notAssignedTitle: string;
  readonly notAssignedText: string;
  readonly loginRefusedTitle: string;
  readonly loginRefusedText: string;
  readonly providerDownTitle: string;
  readonly providerDownText: string;
  readonly notFoundTitle: string;
  readonly notFoundText: string;
  readonly chooseTitle: string;
  readonly chooseByEmail: string;
  readonly chooseContinue: string;
  readonly chooseUnknown: string;
  readonly signedOutTitle: string;
  readonly onwards: string;
  readonly nextStep: string;
  readonly contact: string;
  readonly reference: string;
  readonly time: string;
  readonly byDefault: string;
};

const en: Wording = {
  noticeTitle: 'Your access to {appName} is monitored',
  noticeText: 'For security reasons your organisation watches activities and downloads in this session.',
  continue: 'Continue to {appName}',
  signedInAs: 'Signed in as {userName}',
  blockedTitle: 'Access restricted',
  blockedText: 'Your organisation does not allow this access to {appName}.',
  useBrowser: 'You must use a web browser to access this app',
  notAssignedTitle: 'No access to {appName}',
  notAssignedText: 'This app is not assigned to you.',
  loginRefusedTitle: 'This sign-in is not valid',
  loginRefusedText:
    'It has expired, was used before or was started in another browser. Open the app again to start anew.',
  providerDownTitle: 'Sign-in is not available',
  providerDownText: 'The identity provider of your organisation does not answer. Try again in a few minutes.',
  notFoundTitle: 'Not found or expired',
  notFoundText: 'There is no such app here. Check the address.',
  chooseTitle: 'Choose how to sign in',
  chooseByEmail: 'Your work e-mail',
  chooseContinue: 'Continue',
  chooseUnknown: 'No sign-in is known for this address. Choose below.',
  signedOutTitle: 'You are signed out',
  onwards: 'Taking you on …',
  nextStep: 'What you can do',
  contact: 'If you need this access, give the reference below to {contact}.',
  reference: 'Reference',
  time: 'Time',
  byDefault: 'Blocked due to default behaviour, because the decision could not be made.',
};

const de: Wording = {
  noticeTitle: 'Ihr Zugriff auf {appName} wird überwacht',
  noticeText: 'Aus Sicherheitsgründen beobachtet Ihre Organisation Aktivitäten und Downloads in dieser Sitzung.',
  continue: 'Weiter zu {appName}',
  signedInAs: 'Angemeldet als {userName}',
  blockedTitle: 'Zugriff eingeschränkt',
  blockedText: 'Ihre Organisation erlaubt diesen Zugriff auf {appName} nicht.',
  useBrowser: 'Sie müssen einen Webbrowser verwenden, um auf diese App zuzugreifen',
  notAssignedTitle: 'Kein Zugriff auf {appName}',
  notAssignedText: 'Diese App ist Ihnen nicht zugewiesen.',
  loginRefusedTitle: 'Diese Anmeldung ist ungültig',
  loginRefusedText:
    'Sie ist abgelaufen, wurde schon verwendet oder in einem anderen Browser begonnen. Öffnen Sie die App erneut.',
  providerDownTitle: 'Anmeldung nicht verfügbar',
  providerDownText:
    'Der Identitätsanbieter Ihrer Organisation antwortet nicht. Versuchen Sie es in einigen Minuten erneut.',
  notFoundTitle: 'Nicht gefunden oder abgelaufen',
  notFoundText: 'Diese App gibt es hier nicht. Prüfen Sie die Adresse.',
  chooseTitle: 'Anmeldeart wählen',
  chooseByEmail: 'Ihre Arbeits-E-Mail',
  chooseContinue: 'Weiter',
  chooseUnknown: 'Für diese Adresse ist keine Anmeldung bekannt. Wählen Sie unten.',
  signedOutTitle: 'Sie sind abgemeldet',
  onwards: 'Sie werden weitergeleitet …',
  nextStep: 'Was Sie tun können',
  contact: 'Wenn Sie diesen Zugriff brauchen, nennen Sie die Referenz unten: {contact}.',
  reference: 'Referenz',
  time: 'Zeit',
  byDefault: 'Aufgrund des Standardverhaltens blockiert, weil keine Entscheidung getroffen werden konnte.',
};

const fr: Wording = {
  noticeTitle: 'Votre accès à {appName} est surveillé',
  noticeText:
    'Pour des raisons de sécurité, votre organisation observe les activités et téléchargements de cette session.',
  continue: 'Continuer vers {appName}',
  signedInAs: 'Connecté en tant que {userName}',
  blockedTitle: 'Accès restreint',
  blockedText: 'Votre organisation n’autorise pas cet accès à {appName}.',
  useBrowser: 'Vous devez utiliser un navigateur web pour accéder à cette application',
  notAssignedTitle: 'Aucun accès à {appName}',
  notAssignedText: 'Cette application ne vous est pas attribuée.',
  loginRefusedTitle: 'Cette connexion n’est pas valide',
  loginRefusedText: 'Elle a expiré, a déjà servi ou a commencé dans un autre navigateur. Rouvrez l’application.',
  providerDownTitle: 'Connexion indisponible',
  providerDownText: 'Le fournisseur d’identité de votre organisation ne répond pas. Réessayez dans quelques minutes.',
  notFoundTitle: 'Introuvable ou expiré',
  notFoundText: 'Cette application n’existe pas ici. Vérifiez l’adresse.',
  chooseTitle: 'Choisissez un mode de connexion',
  chooseByEmail: 'Votre e-mail professionnel',
  chooseContinue: 'Continuer',
  chooseUnknown: 'Aucune connexion n’est connue pour cette adresse. Choisissez ci-dessous.',
  signedOutTitle: 'Vous êtes déconnecté',
  onwards: 'Redirection …',
  nextStep: 'Ce que vous pouvez faire',
  contact: 'Si vous avez besoin de cet accès, donnez la référence ci-dessous à {contact}.',
  reference: 'Référence',
  time: 'Heure',
  byDefault: 'Bloqué en raison du comportement par défaut, car la décision n’a pas pu être prise.',
};

const es: Wording = {
  noticeTitle: 'Su acceso a {appName} está supervisado',
  noticeText: 'Por motivos de seguridad, su organización observa las actividades y descargas de esta sesión.',
  continue: 'Continuar a {appName}',
  signedInAs: 'Sesión iniciada como {userName}',
  blockedTitle: 'Acceso restringido',
  blockedText: 'Su organización no permite este acceso a {appName}.',
  useBrowser: 'Debe usar un navegador web para acceder a esta aplicación',
  notAssignedTitle: 'Sin acceso a {appName}',
  notAssignedText: 'Esta aplicación no está asignada a usted.',
  loginRefusedTitle: 'Este inicio de sesión no es válido',
  loginRefusedText: 'Ha caducado, ya se usó o se inició en otro navegador. Abra la aplicación de nuevo.',
  providerDownTitle: 'Inicio de sesión no disponible',
  providerDownText: 'El proveedor de identidad de su organización no responde. Inténtelo de nuevo en unos minutos.',
  notFoundTitle: 'No encontrado o caducado',
  notFoundText: 'Esa aplicación no existe aquí. Compruebe la dirección.',
  chooseTitle: 'Elija cómo iniciar sesión',
  chooseByEmail: 'Su correo de trabajo',
  chooseContinue: 'Continuar',
  chooseUnknown: 'No se conoce ningún inicio de sesión para esta dirección. Elija abajo.',
  signedOutTitle: 'Ha cerrado la sesión',
  onwards: 'Redirigiendo …',
  nextStep: 'Qué puede hacer',
  contact: 'Si necesita este acceso, indique la referencia siguiente a {contact}.',
  reference: 'Referencia',
  time: 'Hora',
  byDefault: 'Bloqueado por el comportamiento predeterminado, porque no se pudo tomar la decisión.',
};

const wordings: Readonly<Record<Language, Wording>> = { en, de, fr, es };

export function wordingOf(language: Language): Wording {
  return wordings[language];
}

/** The first of the browser's languages that we speak, by its weight; else English. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const wishes = (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.trim().toLowerCase().split(';');
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean);
      return { language: languages.find((each) => each === tag.split('-')[0]), weight: Number(weight ?? 1) };
    })
    .filter((wish) => wish.weight > 0)
    .sort((left, right) => right.weight - left.weight);
  return wishes.find((wish) => wish.language)?.language ?? 'en';
}

/** Fills `{name}` placeholders; unknown ones stay as written. The result is text and still to be escaped. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name]! : whole,
  );
}
