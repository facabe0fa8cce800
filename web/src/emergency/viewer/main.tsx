import '@fontsource-variable/inter/wght.css'
import '../../app/global.css'
import './page.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { cssVariables, dark, light } from '../../app/tokens'
import { Viewer } from './Viewer'

const prefersDark = matchMedia('(prefers-color-scheme: dark)')

/** The same colours as everywhere, without the rest of the client. */
function paint() {
  for (const [name, value] of Object.entries(cssVariables(prefersDark.matches ? dark : light))) {
    document.documentElement.style.setProperty(name, value)
  }
}

paint()
prefersDark.addEventListener('change', paint)
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Viewer />
  </StrictMode>,
)
