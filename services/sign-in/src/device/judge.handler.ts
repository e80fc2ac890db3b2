// device.judge: what a browser presented at the device host, judged for the check under way.
import { deviceJudge } from '@gatehouse/contracts/device';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SIGN_IN, type SignIn } from '../sign-in.ts';

@Injectable()
export class JudgeHandler implements OnModuleInit {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  onModuleInit(): void {
    const { messaging, deviceChecks, devices, catalogue, now, log } = this.signIn;
    messaging.serve(deviceJudge, async ({ check, certificates }) => {
      const known = catalogue.current();
      const waiting = await deviceChecks.find(check, now());
      if (!known || !waiting) return { type: 'refused' as const };
      const presented = certificates.map((text) => Uint8Array.from(Buffer.from(text, 'base64')));
      const proof = await devices.judge(presented, waiting.user, known, now());
      const code = await deviceChecks.judged(check, proof, now());
      if (proof.type === 'refused')
        log.info({ reason: proof.reason, detail: proof.detail }, 'certificate not accepted');
      return code === undefined ? { type: 'refused' as const } : { type: 'judged' as const, code };
    });
  }
}
