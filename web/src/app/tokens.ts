/** Every colour of Salus, light and dark. Nothing else in the client names a colour. */
export interface Tokens {
  /** The page. */
  paper: string
  /** Cards and fields that lie on the page. */
  sheet: string
  /** A quiet second ground: the rail, table heads, empty tracks. */
  shade: string
  ink: string
  mutedInk: string
  /** Hairlines between things; carries no meaning. */
  line: string
  /** Edges of fields and controls, which must be seen. */
  edge: string
  primary: string
  primaryHover: string
  onPrimary: string
  tint: string
  attention: string
  attentionTint: string
  danger: string
  dangerTint: string
  onDanger: string
  /** The usual range, behind a curve or under a value. */
  band: string
  /** Marks the cited words on a page; the words under it stay readable. */
  marker: string
  onMarker: string
  /** A page of a document is white in the dark as well. */
  document: string
  shadow: string
}

export const light: Tokens = {
  paper: '#FBFAF7',
  sheet: '#FFFFFF',
  shade: '#F3F1EB',
  ink: '#1B2430',
  mutedInk: '#5B6675',
  line: '#E4E1DA',
  edge: '#868D97',
  primary: '#0B6E6E',
  primaryHover: '#095858',
  onPrimary: '#FFFFFF',
  tint: '#E3F1F0',
  attention: '#9A5B00',
  attentionTint: '#FFF3DC',
  danger: '#A61B1B',
  dangerTint: '#FCE9E7',
  onDanger: '#FFFFFF',
  band: '#D3E7E4',
  marker: '#FFD869',
  onMarker: '#1B2430',
  document: '#FFFFFF',
  shadow: '0 1px 2px rgb(27 36 48 / 5%), 0 4px 16px rgb(27 36 48 / 5%)',
}

export const dark: Tokens = {
  paper: '#12171D',
  sheet: '#1A2129',
  shade: '#161C23',
  ink: '#E8ECEF',
  mutedInk: '#A3AEBA',
  line: '#2A323B',
  edge: '#6D7986',
  primary: '#4FC3BD',
  primaryHover: '#73D3CE',
  onPrimary: '#0B1F1F',
  tint: '#16312F',
  attention: '#F2BD66',
  attentionTint: '#33270F',
  danger: '#FF9E96',
  dangerTint: '#3B1B1A',
  onDanger: '#2A0B0A',
  band: '#1D4441',
  marker: '#FFD869',
  onMarker: '#1B2430',
  document: '#FFFFFF',
  shadow: '0 1px 2px rgb(0 0 0 / 30%), 0 4px 16px rgb(0 0 0 / 24%)',
}

type Name = Exclude<keyof Tokens, 'shadow'>

/** Text colour on ground: each of these pairs occurs on some screen. */
export const textPairs: readonly (readonly [Name, Name])[] = [
  ['ink', 'paper'], ['ink', 'sheet'], ['ink', 'shade'], ['ink', 'tint'], ['ink', 'attentionTint'], ['ink', 'dangerTint'],
  ['ink', 'band'],
  ['mutedInk', 'paper'], ['mutedInk', 'sheet'], ['mutedInk', 'shade'], ['mutedInk', 'tint'], ['mutedInk', 'attentionTint'],
  ['primary', 'paper'], ['primary', 'sheet'], ['primary', 'shade'], ['primary', 'tint'],
  ['primaryHover', 'sheet'], ['primaryHover', 'tint'],
  ['onPrimary', 'primary'], ['onPrimary', 'primaryHover'],
  ['attention', 'paper'], ['attention', 'sheet'], ['attention', 'attentionTint'],
  ['danger', 'paper'], ['danger', 'sheet'], ['danger', 'dangerTint'], ['onDanger', 'danger'], ['onMarker', 'marker'], ['sheet', 'mutedInk'],
]

/** Shapes that carry meaning, on their ground: 3:1 is enough for them. */
export const shapePairs: readonly (readonly [Name, Name])[] = [
  ['edge', 'paper'], ['edge', 'sheet'], ['primary', 'sheet'], ['primary', 'band'], ['attention', 'band'], ['ink', 'band'],
]

/** The contrast of two colours as WCAG 2 defines it, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The CSS variables of a set of tokens: `mutedInk` becomes `--salus-muted-ink`. */
export function cssVariables(tokens: Tokens): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tokens).map(([name, value]) => [
      `--salus-${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`,
      value as string,
    ]),
  )
}
