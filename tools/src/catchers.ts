// The demo's inbox and phone: mails and texts are kept and shown on a page instead of being sent.
import { startMailCatcher } from '@gatehouse/testkit/mail-catcher';
import { startSmsCatcher } from '@gatehouse/testkit/sms-catcher';

const port = (name: string) => Number(process.env[name] ?? 0);

const mail = await startMailCatcher({ smtpPort: port('SMTP_PORT'), httpPort: port('MAIL_WEB_PORT') });
const sms = await startSmsCatcher({ port: port('SMS_PORT') });
console.log(`mails: ${mail.urls.web}, texts: ${sms.urls.web}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await Promise.all([mail.stop(), sms.stop()]);
    process.exit(0);
  });
}
