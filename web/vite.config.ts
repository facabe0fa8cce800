import react from '@vitejs/plugin-react'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [react(), pdfParts(), budget(250_000)],
  build: {
    target: 'es2023',
    sourcemap: false,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: 'index.html', v: 'v.html' } },
  },
  server: { proxy: { '/api': backend(), '/fhir': backend() } },
  preview: { proxy: { '/api': backend(), '/fhir': backend() } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/app/setup.test-env.ts'] },
})

/** The server that `npm run dev` talks to: the mock, or a real Salus. */
function backend(): string {
  return process.env.SALUS_URL ?? 'http://127.0.0.1:4010'
}

/**
 * Ships what a PDF reader must have of its own: the fonts that a file need not carry (Helvetica, Times,
 * Courier), the character maps of East Asian fonts, and the decoder of JPEG 2000 pictures that works without
 * WebAssembly. A letter is then drawn as its writer saw it, with nothing fetched from elsewhere.
 */
function pdfParts(): Plugin {
  const library = join(import.meta.dirname, 'node_modules/pdfjs-dist')
  const parts = [
    { from: 'standard_fonts', to: 'pdf/fonts', wanted: /./ },
    { from: 'cmaps', to: 'pdf/cmaps', wanted: /./ },
    { from: 'wasm', to: 'pdf/decoders', wanted: /nowasm|LICENSE.*OPENJPEG/ },
  ]
  return {
    name: 'salus-pdf-parts',
    apply: 'build',
    generateBundle() {
      for (const { from, to, wanted } of parts) {
        for (const name of readdirSync(join(library, from)).filter((name) => wanted.test(name))) {
          this.emitFile({ type: 'asset', fileName: `${to}/${name}`, source: readFileSync(join(library, from, name)) })
        }
      }
    },
  }
}

/** Fails the build when the JavaScript of the first screen outgrows its budget, in gzipped bytes. */
function budget(most: number): Plugin {
  return {
    name: 'salus-budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const first = new Set<string>()
      const take = (name: string) => {
        const chunk = bundle[name]
        if (chunk?.type !== 'chunk' || first.has(name)) return
        first.add(name)
        chunk.imports.forEach(take)
      }
      Object.values(bundle).forEach((chunk) => chunk.type === 'chunk' && chunk.isEntry && take(chunk.fileName))
      const bytes = [...first].reduce((sum, name) => {
        const chunk = bundle[name]
        return sum + (chunk?.type === 'chunk' ? gzipSync(chunk.code).length : 0)
      }, 0)
      this.info(`first screen: ${Math.round(bytes / 1000)} kB of JavaScript, gzipped (at most ${most / 1000} kB)`)
      if (bytes > most) this.error(`the first screen carries ${bytes} bytes of JavaScript, more than ${most}`)
    },
  }
}
