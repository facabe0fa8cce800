import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from 'pdfjs-dist'
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs?url'

GlobalWorkerOptions.workerSrc = worker

const FONTS = import.meta.env.DEV ? '/node_modules/pdfjs-dist/standard_fonts/' : '/assets/pdf-fonts/'

/** A PDF ready to be drawn, with the size of each of its pages in points. */
export interface Pdf {
  file: PDFDocumentProxy
  sizes: { width: number; height: number }[]
}

/** Opens a PDF from its bytes. No scripts of the file are run, and nothing is fetched but the standard fonts. */
export async function open(bytes: ArrayBuffer): Promise<Pdf> {
  const file = await getDocument({
    data: bytes,
    standardFontDataUrl: FONTS,
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
