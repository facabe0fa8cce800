// What the mock answers: one question of each kind.
import { letterLines, medicines, results } from './fixtures.mjs'

const notice = 'Salus informs; it does not diagnose. Talk to a clinician about what this means for you.'
const hba1c = results[0]
const walkLines = ['', '', '', '', '', 'Wear the wrist splint for three more weeks, at night only.']

export function answer(question, documents) {
  const words = question.toLowerCase()
  const base = { notice, tookMs: 4, sentences: [], citations: [] }
  if (/splint/.test(words)) return { ...base, ...quoted(documents, 'wrist splint', walkLines) }
  if (/screening|letter/.test(words)) return { ...base, ...quoted(documents) }
  if (/changed|blood pressure/.test(words)) {
    const group = results[1]
    return {
      ...base, kind: 'structured', series: group,
      sentences: [
        { text: 'Your upper blood pressure went down this year, from 132 to 126 mmHg.', citations: [1, 2] },
        { text: 'The latest value is in the usual range (90 to 130 mmHg).', citations: [2] },
      ],
      citations: [group.points[3], group.points[5]].map((point, index) => ({ number: index + 1, title: group.title, quote: `${point.value} mmHg`, date: point.date, source: { kind: 'resource', ...point.source } })),
    }
  }
  if (/hba1c|sugar/.test(words)) {
    return {
      ...base, kind: 'structured',
      sentences: [
        { text: 'Your latest HbA1c was 6.1 % on 3 Sep 2026. That is a little above the usual range (4 to 5.6 %).', citations: [1] },
        { text: 'A letter of the same day gives the same value.', citations: [2] },
      ],
      citations: [
        { number: 1, title: 'Haemoglobin A1c', quote: '6.1 %', date: '2026-09-03', source: { kind: 'resource', ...hba1c.latest.source } },
        { ...quoted(documents, 'HbA1c').citations[0], number: 2 },
      ],
    }
  }
  if (/medicine/.test(words)) {
    const taken = medicines.filter((one) => one.active)
    return {
      ...base, kind: 'structured',
      sentences: taken.map((one, index) => ({ text: `${one.title}: ${one.dosage}.`, citations: [index + 1] })),
      citations: taken.map((one, index) => ({ number: index + 1, title: one.term, quote: one.dosage, date: one.date, source: { kind: 'resource', ...one.source } })),
    }
  }
  if (/chest|pain/.test(words)) return { ...base, kind: 'needsClinician', sentences: [{ text: 'If you have chest pain now, call your emergency number. I can show what your record says about your heart.', citations: [] }] }
  if (/it|that/.test(words) && words.length < 12) return { ...base, kind: 'unclear', sentences: [{ text: 'Please name what you mean, for example a medicine, a result or a letter.', citations: [] }] }
  return { ...base, kind: 'notFound', sentences: [{ text: 'This does not mean that it is not so. A letter or a report that tells about it would help.', citations: [] }] }
}

/** The line of the newest letter that holds the words, with the box it is printed in (see e2e/letter.mjs). */
function quoted(documents, words = 'eye screening', lines = letterLines) {
  const document = documents.find((one) => one.at) ?? documents.find((one) => one.id === 'd1')
  const line = lines.findIndex((text) => text.includes(words))
  const quote = lines[line]
  const start = lines.slice(0, line).join('\n').length + 1
  const box = { x: 72 / 612, y: (792 - 740 + line * 16 - 11) / 792, width: (quote.length * 5.55) / 612, height: 15 / 792 }
  return {
    kind: 'quoted', sentences: [{ text: quote, citations: [1] }],
    citations: [{ number: 1, title: document.title, date: '2026-09-03', quote, source: { kind: 'document', id: document.id, sha256: 'ab'.repeat(32), page: 1, start, end: start + quote.length, boxes: [box] } }],
  }
}
