import '@fontsource-variable/inter/wght.css'
import './app/styles'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { makeQueryClient } from './app/queryClient'
import { makeRouter } from './app/router'
import { resolveVariables, theme } from './app/theme'

const queryClient = makeQueryClient(() => router)
const router = makeRouter(queryClient)
const schemes = localStorageColorSchemeManager({ key: 'salus-colour-scheme' })

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={resolveVariables} colorSchemeManager={schemes} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
