/** "2.4 MB": of a file, in steps of a thousand. */
export function size(bytes: number): string {
  const steps = ['bytes', 'kB', 'MB', 'GB']
  let [value, step] = [bytes, 0]
  while (value >= 1000 && step < steps.length - 1) {
    value /= 1000
    step += 1
  }
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${steps[step]}`
}
