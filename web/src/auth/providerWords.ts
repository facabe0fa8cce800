const atSignIn: Record<string, string> = {
  'not-linked': 'Nobody here is linked with that. Sign in the usual way once, then link it under Me.',
  cancelled: 'You turned back at the other provider. Try again, or sign in another way.',
  over: 'This took too long, or was begun in another browser. Begin again.',
  wait: 'Too many tries. Wait a minute, then try again.',
  unreachable: 'The other provider does not answer just now. Try again in a moment, or sign in another way.',
  untrusted: 'What the other provider answered is not right. Try again, or sign in another way.',
}

const atLinking: Record<string, string> = {
  taken: 'This is linked with an account here already.',
  'too-many': 'There are 20 already. Unlink one first.',
  cancelled: 'You turned back at the other provider. Nothing was linked.',
  over: 'This took too long, or was begun in another browser. Nothing was linked; begin again.',
  unreachable: 'The other provider does not answer just now. Nothing was linked; try again in a moment.',
  untrusted: 'What the other provider answered is not right. Nothing was linked.',
}

/** What went wrong on the way through another provider, by the word that came back in the address. */
export function wordsForProvider(problem: string | undefined, place: 'sign-in' | 'me'): string | undefined {
  if (problem === undefined) return undefined
  const words = place === 'me' ? atLinking : atSignIn
  return Object.hasOwn(words, problem) ? words[problem] : 'That did not work. Nothing was changed; try again.'
}
