/** What a request waits for that needs its sender to show once more who they are. */
export interface StepUpRequest {
  /** What they can show: `password`, `totp`, `passkey`, `email`, `sms`, `recovery`. */
  factors: readonly string[]
  done: (shown: boolean) => void
}

let ask: ((request: StepUpRequest) => void) | undefined
let asking: Promise<boolean> | undefined

/** The one dialog of the frame answers from now on, until what is given back is called. */
export function answerStepUps(handler: (request: StepUpRequest) => void): () => void {
  ask = handler
  return () => {
    if (ask === handler) ask = undefined
  }
}

/** Whether they showed it. Requests that come together ask once. */
export function stepUp(factors: readonly string[]): Promise<boolean> {
  if (!ask) return Promise.resolve(false)
  const handler = ask
  asking ??= new Promise<boolean>((done) => handler({ factors, done })).finally(() => {
    asking = undefined
  })
  return asking
}
