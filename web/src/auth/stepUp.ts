/** What a request waits for that needs its sender to show once more who they are. */
export interface StepUpRequest {
  /** What they can show: `password`, `totp`, `passkey`, `email`, `sms`, `recovery`. */
  factors: readonly string[]
  done: (shown: boolean) => void
}

type Handler = (request: StepUpRequest) => void

/** How long a request waits for the dialog, whose code is fetched after the screen's own. */
const PATIENCE_MS = 10_000

let ask: Handler | undefined
let asking: Promise<boolean> | undefined
const waiting: (() => void)[] = []

/** The one dialog of the frame answers from now on, until what is given back is called. */
export function answerStepUps(handler: Handler): () => void {
  ask = handler
  for (const goOn of waiting.splice(0)) goOn()
  return () => {
    if (ask === handler) ask = undefined
  }
}

/** Whether they showed it. Requests that come together ask once. */
export function stepUp(factors: readonly string[]): Promise<boolean> {
  asking ??= dialog()
    .then((handler) => (handler ? new Promise<boolean>((done) => handler({ factors, done })) : false))
    .finally(() => {
      asking = undefined
    })
  return asking
}

/** The dialog, as soon as it is there; nothing where none comes. */
function dialog(): Promise<Handler | undefined> {
  if (ask) return Promise.resolve(ask)
  return new Promise((found) => {
    const patience = setTimeout(() => found(undefined), PATIENCE_MS)
    waiting.push(() => {
      clearTimeout(patience)
      found(ask)
    })
  })
}
