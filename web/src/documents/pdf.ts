import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from 'pdfjs-dist'
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs?url'

const LIBRARY = '/node_modules/pdfjs-dist/'
GlobalWorkerOptions.workerSrc = worker

/** What pdf.js loads when a file asks for it; vite.config.ts puts it there. */
const PARTS = import.meta.env.DEV
  ? { standardFontDataUrl: LIBRARY + 'standard_fonts/', cMapUrl: LIBRARY + 'cmaps/', wasmUrl: LIBRARY + 'wasm/' }
  : { standardFontDataUrl: '/pdf/fonts/', cMapUrl: '/pdf/cmaps/', wasmUrl: '/pdf/decoders/' }

/** A PDF ready to be drawn, with the size of each of its pages in points. */
export interface Pdf {
  file: PDFDocumentProxy
  sizes: { width: number; height: number }[]
}

/** Opens a PDF from its bytes. No scripts of the file are run, and nothing is fetched but parts of the reader itself. */
export async function open(bytes: ArrayBuffer): Promise<Pdf> {
  const file = await getDocument({
    data: bytes,
    ...PARTS,
    isEvalSupported: false,
    useWasm: false,
    enableXfa: false,
  }).promise
  const numbers = Array.from({ length: file.numPages }, (_, index) => index + 1)
  const sizes = await Promise.all(
    numbers.map(async (number) => {
      const { width, height } = (await file.getPage(number)).getViewport({ scale: 1 })
      return { width, height }
    }),
  )
  return { file, sizes }
}
