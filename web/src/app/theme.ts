import { createTheme, type CSSVariablesResolver, type MantineColorsTuple, type VariantColorsResolver } from '@mantine/core'
import { cssVariables, dark, light, type Tokens } from './tokens'

/** Mantine wants ten shades; every component of ours takes its colours from the variables below instead. */
const teal: MantineColorsTuple = [
  light.tint, light.band, light.band, dark.primaryHover, dark.primary,
  light.primary, light.primary, light.primary, light.primaryHover, light.primaryHover,
]

const variants: VariantColorsResolver = ({ variant, color }) => {
  const tone = color === 'danger' ? 'danger' : 'primary'
  const strong = `var(--salus-${tone})`
  const quiet = tone === 'danger' ? 'var(--salus-danger-tint)' : 'var(--salus-tint)'
  const edge = '1px solid var(--salus-edge)'
  switch (variant) {
    case 'filled':
      return {
        background: strong,
        hover: tone === 'danger' ? strong : 'var(--salus-primary-hover)',
        color: `var(--salus-on-${tone})`,
        border: '1px solid transparent',
      }
    case 'light':
      return { background: quiet, hover: quiet, color: strong, border: '1px solid transparent' }
    case 'default':
      return { background: 'var(--salus-sheet)', hover: 'var(--salus-shade)', color: 'var(--salus-ink)', border: edge }
    case 'outline':
      return { background: 'transparent', hover: quiet, color: strong, border: edge }
    default:
      return { background: 'transparent', hover: quiet, color: strong, border: '1px solid transparent' }
  }
}

/** A dialog's head is no banner of the page. */
const plainHeader = { header: { role: 'none' } }

export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: {
    fontFamily: "'Inter Variable', system-ui, sans-serif",
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.875rem', lineHeight: '1.2' },
      h2: { fontSize: '1.5rem', lineHeight: '1.25' },
      h3: { fontSize: '1.25rem', lineHeight: '1.3' },
    },
  },
  colors: { teal },
  primaryColor: 'teal',
  defaultRadius: 10,
  radius: { sm: '6px', md: '10px' },
  focusRing: 'auto',
  respectReducedMotion: true,
  cursorType: 'pointer',
  variantColorResolver: variants,
  components: {
    Button: { defaultProps: { size: 'md' }, styles: { root: { minHeight: 44 } } },
    ActionIcon: { defaultProps: { size: 44, variant: 'subtle' } },
    TextInput: { defaultProps: { size: 'md', classNames: { wrapper: 'salus-field' } }, styles: { input: { minHeight: 44 } } },
    PasswordInput: { defaultProps: { size: 'md', classNames: { wrapper: 'salus-field' } }, styles: { input: { minHeight: 44 } } },
    Textarea: { defaultProps: { size: 'md', classNames: { wrapper: 'salus-field' } } },
    NativeSelect: { defaultProps: { size: 'md', classNames: { wrapper: 'salus-field' } }, styles: { input: { minHeight: 44 } } },
    Select: { defaultProps: { size: 'md', classNames: { wrapper: 'salus-field' } }, styles: { input: { minHeight: 44 } } },
    Autocomplete: { defaultProps: { size: 'md', classNames: { wrapper: 'salus-field' } }, styles: { input: { minHeight: 44 } } },
    Checkbox: { defaultProps: { size: 'md', classNames: { root: 'salus-choice' } } },
    Radio: { defaultProps: { size: 'md', classNames: { root: 'salus-choice' } } },
    Switch: { defaultProps: { size: 'md', classNames: { root: 'salus-choice' } } },
    Drawer: { defaultProps: { transitionProps: { duration: 150 }, closeButtonProps: { 'aria-label': 'Close', size: 44, iconSize: 20 }, classNames: { title: 'salus-title' }, attributes: plainHeader } },
    Modal: { defaultProps: { transitionProps: { duration: 150 }, closeButtonProps: { 'aria-label': 'Close', size: 44, iconSize: 20 }, classNames: { title: 'salus-title' }, attributes: plainHeader } },
    Tooltip: { defaultProps: { transitionProps: { duration: 100 }, withArrow: false } },
  },
})

export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: schemeVariables(light),
  dark: schemeVariables(dark),
})

function schemeVariables(tokens: Tokens): Record<string, string> {
  return {
    ...cssVariables(tokens),
    '--mantine-color-body': tokens.paper,
    '--mantine-color-text': tokens.ink,
    '--mantine-color-dimmed': tokens.mutedInk,
    '--mantine-color-placeholder': tokens.mutedInk,
    '--mantine-color-error': tokens.danger,
    '--mantine-color-anchor': tokens.primary,
    '--mantine-color-default': tokens.sheet,
    '--mantine-color-default-hover': tokens.shade,
    '--mantine-color-default-color': tokens.ink,
    '--mantine-color-default-border': tokens.edge,
    '--mantine-primary-color-filled': tokens.primary,
  }
}
