// A small server for working on screens without Salus: fixtures in memory, in the shape of openapi.json.
// `npm run mock`, then `npm run dev`; or `node dev/mock.mjs --dist` serves the built client too.
// Sign in with elena@example.org or ruth@example.org (a clinician) and the password "salus".
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { letter } from '../e2e/letter.mjs'
import { answer } from './answers.mjs'
import * as data from './fixtures.mjs'

const dist = process.argv.includes('--dist') && join(import.meta.dirname, '../dist')
const port = Number(process.env.PORT ?? 4010)
const accounts = {
  'elena@example.org': { id: 'u1', name: 'Elena Marsh', email: 'elena@example.org', roles: ['person', 'caregiver'] },
  'ruth@example.org': { id: 'u2', name: 'Dr Ruth Adeyemi', email: 'ruth@example.org', roles: ['clinician'] },
}
let account
let job
let apps = [
  {
    id: 'g1',
    app: { id: 'c1', name: 'Sunflower', comesFrom: 'https://sunflower.example', isVouchedFor: true },
    permissions: [{ scope: 'patient/Observation.rs', words: 'see and search measurements and test results in the record you choose', kind: 'look', isOptional: true }],
    person: null,
    since: '2026-11-02T10:00:00Z',
    usedAt: '2026-11-20T18:40:00Z',
    endsAt: '2027-05-01T10:00:00Z',
  },
]
let tokens = [{ id: 't1', label: 'Backup at home', scope: 'read', createdAt: '2026-08-01T10:00:00Z', expiresAt: '2026-10-30T10:00:00Z' }]
const agents = ['Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0', 'Mozilla/5.0 (iPhone) Safari/605.1']
let sessions = agents.map((agent, index) => ({ id: `s${index}`, agent, isCurrent: index === 0, createdAt: '2026-11-20T18:12:00Z', seenAt: '2026-11-21T04:40:00Z', expiresAt: '2026-11-21T18:12:00Z' }))
const files = new Map()
let documents = [
  { id: 'd1', title: 'Letter of the diabetes check', contentType: 'application/pdf', size: 48200, pages: 1, state: 'read', uploadedAt: '2026-09-05T08:00:00Z', date: '2026-09-03' },
  { id: 'd2', title: 'Notes from the physiotherapist.txt', contentType: 'text/plain', size: 1900, state: 'read', uploadedAt: '2026-02-11T08:00:00Z', date: '2026-02-10' },
  { id: 'd3', title: 'Scan 2019-01-14.pdf', contentType: 'application/pdf', size: 2_480_000, pages: 3, state: 'needsYou', reason: 'The pages are pictures without text', uploadedAt: '2026-01-20T08:00:00Z' },
  { id: 'd4', title: 'report-final.pdf', contentType: 'application/pdf', size: 81_000, state: 'failed', reason: 'The file is protected by a password', uploadedAt: '2026-01-18T08:00:00Z' },
]
files.set('d1', letter(data.letterLines))
files.set('d2', Buffer.from('Visit on 10 February 2026\n\nShoulder moves freely again.\nPain at night is gone. Exercises twice a week for two more months.\n'))
files.set('d3', files.get('d1'))
files.set('d4', Buffer.from('not a PDF'))

const question = () => ({
  app: { id: 'c2', name: 'Seedling', comesFrom: 'http://127.0.0.1:8123', isVouchedFor: false },
  permissions: [
    { scope: 'openid', words: 'know that it is you', kind: 'identity', isOptional: false },
    { scope: 'launch/patient', words: 'know whose record you choose for it', kind: 'identity', isOptional: false },
    { scope: 'patient/Observation.rs', words: 'see and search measurements and test results in the record you choose', kind: 'look', isOptional: true },
    { scope: 'patient/Observation.c', words: 'create measurements and test results in the record you choose', kind: 'change', isOptional: true },
    { scope: 'offline_access', words: 'come back without you, until you take the access away', kind: 'stay', isOptional: true },
  ],
  needsPerson: true,
  people: session().people,
  mustSignInAgain: false,
  endsAt: '2026-11-22T10:00:00Z',
  endsAfterDays: 180,
})

const people = () => (account?.roles.includes('clinician') ? data.patients : data.people)
const session = () => ({ account, expiresAt: '2026-11-22T10:00:00Z', people: people().slice(0, account.roles.includes('clinician') ? 50 : 3) })
const glance = (id) => ({
  person: people().find((one) => one.id === id),
  allergies: data.allergies, conditions: data.conditions.filter((one) => one.active), medicines: data.medicines.filter((one) => one.active),
  results: data.results.slice(0, 6), immunizations: data.immunizations, lastEncounter: data.encounters[0], documents: documents.length,
})

const routes = [
  ['POST', /^\/session$/, (_, body) => signIn(JSON.parse(body))],
  ['GET', /^\/session$/, () => session()],
  ['DELETE', /^\/session$/, () => void (account = undefined)],
  ['GET', /^\/people$/, () => people()],
  ['GET', /^\/people\/(\w+)\/glance$/, ([id]) => glance(id)],
  ['GET', /^\/people\/\w+\/timeline$/, (_, __, query) => page(Number(query.get('before') ?? 0), Number(query.get('count') ?? 40))],
  ...['conditions', 'medicines', 'allergies', 'immunizations', 'encounters', 'results'].map((part) => ['GET', new RegExp(`^/people/\\w+/${part}$`), () => data[part]]),
  ['GET', /^\/people\/\w+\/results\/([^/]+)$/, ([code]) => data.results.find((one) => one.code === decodeURIComponent(code)) ?? problem(404, 'Not found')],
  ['GET', /^\/people\/\w+\/documents$/, () => documents.map(progress)],
  ['POST', /^\/people\/\w+\/documents$/, (_, body) => upload(body)],
  ['GET', /^\/documents\/(\w+)$/, ([id]) => documents.map(progress).find((one) => one.id === id) ?? problem(404, 'Not found')],
  ['DELETE', /^\/documents\/(\w+)$/, ([id]) => void (documents = documents.filter((one) => one.id !== id))],
  ['GET', /^\/documents\/(\w+)\/content$/, ([id]) => ({ bytes: files.get(id), type: documents.find((one) => one.id === id)?.contentType })],
  ['POST', /^\/people\/\w+\/questions$/, (_, body) => answer(JSON.parse(body).question, documents)],
  ['POST', /^\/people\/\w+\/import$/, () => ({ jobId: (job = { id: 'j1', kind: 'import', state: 'running', done: 0, total: 400 }).id })],
  ['GET', /^\/jobs\/\w+$/, () => (job.done >= job.total ? { ...job, state: 'done' } : ((job.done += 100), job))],
  ['GET', /^\/app-requests$/, () => ({ question: question() })],
  ['POST', /^\/app-requests$/, () => ({ sendTo: '/me' })],
  ['GET', /^\/app-sign-outs$/, () => ({ app: apps[0]?.app })],
  ['GET', /^\/apps$/, () => apps],
  ['DELETE', /^\/apps\/(\w+)$/, ([id]) => void (apps = apps.filter((one) => one.id !== id))],
  ['GET', /^\/tokens$/, () => tokens],
  ['POST', /^\/tokens$/, (_, body) => makeToken(JSON.parse(body).label)],
  ['GET', /^\/sessions$/, () => sessions],
  ['DELETE', /^\/sessions\/(\w+)$/, ([id]) => void (sessions = sessions.filter((one) => one.id !== id))],
  ['POST', /^\/account\/password$/, () => undefined],
  ['DELETE', /^\/tokens\/(\w+)$/, ([id]) => void (tokens = tokens.filter((one) => one.id !== id))],
]

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://mock')
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (url.pathname.startsWith('/fhir/r4/')) return send(response, 200, resource(url.pathname))
  if (!url.pathname.startsWith('/api/v1')) return dist ? serve(url.pathname, response) : send(response, 404, {})
  const path = url.pathname.slice('/api/v1'.length)
  account = accounts[/mock=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]]
  if (!account && path !== '/session') return send(response, 401, problem(401, 'Not signed in').problem)
  if (!account && request.method === 'GET') return send(response, 401, problem(401, 'Not signed in').problem)
  const [, pattern, handle] = routes.find(([method, pattern]) => method === request.method && pattern.test(path)) ?? []
  const result = handle ? handle(pattern.exec(path).slice(1), body, url.searchParams) : problem(404, 'Not found')
  response.setHeader('Set-Cookie', `mock=${account?.email ?? ''}; Path=/`)
  await new Promise((done) => setTimeout(done, Number(process.env.DELAY ?? 60)))
  if (result?.problem) return send(response, result.problem.status, result.problem)
  if (result?.bytes) return response.writeHead(200, { 'Content-Type': result.type }).end(result.bytes)
  if (result === undefined) return response.writeHead(204).end()
  send(response, 200, result)
}).listen(port, () => console.log(`mock on http://127.0.0.1:${port}`))

function signIn({ email, password }) {
  if (password !== 'salus' || !accounts[email]) return problem(401, 'Sign-in failed')
  account = accounts[email]
  return session()
}

function upload(body) {
  const head = body.subarray(0, 600).toString('latin1')
  const title = /filename="([^"]*)"/.exec(head)?.[1] ?? 'file'
  const contentType = /Content-Type: ([^\r\n]*)/i.exec(head)?.[1] ?? 'application/octet-stream'
  const from = body.indexOf('\r\n\r\n') + 4
  const id = `d${documents.length + 5}`
  files.set(id, body.subarray(from, body.lastIndexOf('\r\n--')))
  const item = { id, title, contentType, size: files.get(id).length, state: 'received', uploadedAt: new Date().toISOString(), at: Date.now() }
  documents = [item, ...documents]
  return item
}

function progress(item) {
  const age = item.at ? Date.now() - item.at : Infinity
  if (item.at) item.state = age < 900 ? 'received' : age < 2200 ? 'reading' : 'read'
  return item
}

function page(from, count) {
  const items = data.timeline.slice(from, from + count)
  return { items, next: from + count < data.timeline.length ? String(from + count) : undefined }
}

function makeToken(label) {
  const now = Date.now()
  const token = { id: `t${tokens.length + 1}`, label, scope: 'read', createdAt: new Date(now).toISOString(), expiresAt: new Date(now + 90 * 86_400_000).toISOString() }
  tokens = [...tokens, token]
  return { ...token, secret: 'salus_q0mF2vJ8xYl3nT5aBcD7eKsR1uWz4HgP' }
}

function resource(path) {
  const [type, id] = path.split('/').slice(3)
  const meta = { versionId: '1', lastUpdated: '2026-09-05T08:00:00Z' }
  const [code, index] = id.split(/-(?=\d+$)/)
  const group = data.results.find((one) => one.code === code)
  const point = group?.points[Number(index)]
  if (type === 'Observation' && point) {
    return {
      resourceType: type, id, meta, status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code, display: group.title }], text: group.title },
      effectiveDateTime: point.date, valueQuantity: { value: point.value, unit: point.unit, system: 'http://unitsofmeasure.org' },
      referenceRange: [{ low: point.low && { value: point.low, unit: point.unit }, high: point.high && { value: point.high, unit: point.unit } }],
      performer: [{ reference: 'Organization/lab', display: 'Northgate Laboratory' }],
    }
  }
  const item = [...data.conditions, ...data.medicines, ...data.allergies, ...data.immunizations, ...data.encounters].find((one) => one.source.id === id)
  return { resourceType: type, id, meta, status: item?.status ?? 'active', code: { text: item?.title ?? id }, medicationCodeableConcept: { text: item?.title }, vaccineCode: { text: item?.title }, type: [{ text: item?.title }], recordedDate: item?.date }
}

function problem(status, title) {
  return { problem: { type: 'about:blank', title, status } }
}

function send(response, status, value) {
  response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' }).end(JSON.stringify(value))
}

const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; worker-src 'self' blob:; font-src 'self'; connect-src 'self'"

async function serve(path, response) {
  const file = extname(path) ? path : '/index.html'
  try {
    const bytes = await readFile(join(dist, file))
    response.writeHead(200, { 'Content-Type': kinds[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy }).end(bytes)
  } catch {
    response.writeHead(404).end()
  }
}
