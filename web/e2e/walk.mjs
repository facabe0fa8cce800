// A person's walk through Salus, in Chromium: sign in, add a letter, ask about it, open the citation, and see
// the cited box lie over the quoted words; then every screen, on a desk and on a phone, in light and dark.
//
//   SALUS_WALK_URL       where Salus runs, http://127.0.0.1:8080 by default
//   SALUS_WALK_LOGINS    logins.json as `salus demo` writes it; or SALUS_WALK_EMAIL and SALUS_WALK_PASSWORD
//   SALUS_WALK_PDF       a PDF to add instead of the walk's own letter, with SALUS_WALK_QUESTION about it
//   SALUS_WALK_FOLDER    where the pictures go, e2e/pictures by default
//   CHROMIUM             the browser, /usr/bin/chromium by default
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Fault, inspect, launch, must, openPage, settled, visit } from './browser.mjs'
import { letter } from './letter.mjs'

const base = process.env.SALUS_WALK_URL || 'http://127.0.0.1:8080'
const folder = process.env.SALUS_WALK_FOLDER || join(import.meta.dirname, 'pictures')
const name = process.env.SALUS_WALK_PDF ? basename(process.env.SALUS_WALK_PDF) : `walk-${process.pid}.pdf`
const bytes = process.env.SALUS_WALK_PDF ? readFileSync(process.env.SALUS_WALK_PDF) : ownLetter()
const question = process.env.SALUS_WALK_QUESTION || 'When do I wear the splint?'
const login = theLogin()

const browser = await launch()
try {
  const desk = await openPage(browser, { base, folder })
  await signIn(desk)
  const home = await choosePerson(desk.page)
  const document = await addDocument(desk, home)
  await askAndOpen(desk, home)
  await keys(desk.page, home)
  await everyScreen(desk, home, document)
  const storageState = await desk.context.storageState()
  const dark = await openPage(browser, { base, folder, dark: true, storageState })
  await everyScreen(dark, home, document)
  const phone = await openPage(browser, { base, folder, phone: true, storageState })
  await everyScreen(phone, home, document)
  await askAndOpen(phone, home)
  await removeDocument(desk.page, home)
  await signOut(desk.page)
  for (const { faults } of [desk, dark, phone]) must(faults.length === 0, `The browser complained:\n  ${faults.join('\n  ')}`)
  console.log(`walk: all well; pictures in ${folder}`)
} catch (error) {
  console.error(error instanceof Fault ? `walk: ${error.message}` : error)
  process.exitCode = 1
} finally {
  await browser.close()
}

async function signIn({ page, picture }) {
  step('Signing in')
  await visit(page, '/')
  must(new URL(page.url()).pathname === '/sign-in', `A stranger is led to the sign-in, not to ${page.url()}`)
  await inspect(page, 'sign-in')
  await page.fill('input[name=email]', login.email)
  await page.fill('input[name=password]', 'certainly not this one')
  await page.press('input[name=password]', 'Enter')
  const told = await page.locator('[role=alert]').innerText()
  must(/e-mail and password/.test(told), `A wrong password is answered with "${told}"`)
  await inspect(page, 'sign-in, refused')
  await picture('sign-in')
  await page.fill('input[name=password]', login.password)
  await page.press('input[name=password]', 'Enter')
  await page.waitForURL((url) => url.pathname !== '/sign-in', { timeout: 15_000 }).catch(() => {
    throw new Fault(`${login.email} could not sign in`)
  })
  await settled(page)
}

/** One's own record where there are several; the path of the person. */
async function choosePerson(page) {
  await page.waitForURL(/\/people/)
  if (new URL(page.url()).pathname === '/people') {
    step('Choosing whose record to open')
    await settled(page)
    await inspect(page, 'people')
    await page.locator('main li a').first().click()
    await page.waitForURL(/\/people\/[^/]+\/record/)
  }
  await settled(page)
  return new URL(page.url()).pathname.replace(/\/record.*/, '')
}

async function addDocument({ page, picture }, home) {
  step(`Adding ${name} and waiting until it is read`)
  await visit(page, `${home}/documents`)
  await page.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'application/pdf', buffer: bytes })
  const row = page.locator('li', { has: page.locator('[data-state]') }).filter({ hasText: name }).first()
  await row.waitFor({ timeout: 20_000 }).catch(() => {
    throw new Fault(`${name} was sent, but does not stand among the documents`)
  })
  const ended = row.locator('[data-state=read], [data-state=failed], [data-state=needsYou]')
  await ended.waitFor({ timeout: 90_000 }).catch(() => {
    throw new Fault(`${name} was not read within 90 seconds`)
  })
  must((await ended.getAttribute('data-state')) === 'read', `${name}: ${await ended.innerText()}`)
  await picture('documents')
  return new URL(await row.locator('a').first().evaluate((link) => link.href)).pathname
}

async function askAndOpen({ page, picture }, home) {
  step('Asking, and opening the citation')
  await visit(page, `${home}/ask`)
  await page.getByRole('textbox', { name: /question/i }).fill(question)
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  const card = page.locator('article').first()
  const rows = card.getByRole('region', { name: 'Sources' }).getByRole('button')
  await rows.first().waitFor({ timeout: 20_000 }).catch(async () => {
    throw new Fault(`"${question}" is answered without a source: ${(await card.innerText()).replaceAll('\n', ' ')}`)
  })
  await inspect(page, 'an answer')
  const cited = rows.filter({ hasText: name })
  must((await cited.count()) > 0, `The answer does not cite ${name}: ${(await card.innerText()).replaceAll('\n', ' ')}`)
  const quote = (await cited.first().innerText()).match(/“([^”]+)”/s)?.[1]
  must(quote, 'The citation of the letter quotes no words')
  const number = (await cited.first().innerText()).trim().split(/\s/)[0]
  await card.getByRole('button', { name: new RegExp(`^Source ${number}:`) }).first().click()
  await page.locator('[data-cited]').first().waitFor({ timeout: 20_000 })
  await page.locator('.salus-words[data-drawn]').first().waitFor({ timeout: 20_000 })
  const found = await page.evaluate(overlap, quote)
  must(found.words > 0, `The quoted words "${quote}" are not on the page that was opened`)
  must(found.onScreen, 'The cited box is not on the screen')
  must(found.covered > 0.6, `The cited box covers only ${Math.round(found.covered * 100)} % of the quoted words`)
  must(found.spill < 0.5, `Half of the cited box, or more (${Math.round(found.spill * 100)} %), lies beside the quoted words`)
  await inspect(page, 'an answer with its source open')
  await picture('answer')
  await page.keyboard.press('Escape')
  await page.locator('[data-cited]').waitFor({ state: 'detached' })
  const focus = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
  must(focus?.startsWith('Source'), `After closing the source, the focus is on "${focus}"`)
}

/** In the browser: how the cited boxes and the printed words of the quote lie over one another. */
function overlap(quote) {
  const flat = (text) => text.replace(/\s+/g, ' ').trim()
  const quoted = flat(quote)
  const spans = [...document.querySelectorAll('.salus-words span')].filter((span) => {
    const text = flat(span.textContent ?? '')
    return text.length > 1 && (quoted.includes(text) || text.includes(quoted))
  })
  const boxes = [...document.querySelectorAll('[data-cited]')].map((box) => box.getBoundingClientRect())
  const pane = document.querySelector('[data-cited]').closest('[role=region]').getBoundingClientRect()
  const meeting = (a, b) =>
    Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
    Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top))
  const area = (one) => one.width * one.height
  const words = spans.map((span) => span.getBoundingClientRect())
  const met = words.reduce((sum, word) => sum + boxes.reduce((part, box) => part + meeting(word, box), 0), 0)
  const sum = (all) => all.reduce((total, one) => total + area(one), 0)
  return {
    words: words.length,
    covered: met / sum(words),
    spill: 1 - met / sum(boxes),
    onScreen: boxes.every((box) => box.width > 0 && meeting(box, pane) > 0.9 * area(box) && box.bottom <= innerHeight && box.top >= 0),
  }
}

async function keys(page, home) {
  step('Keys: the skip link, and the palette')
  await visit(page, `${home}/record`)
  await page.keyboard.press('Tab')
  const first = await page.evaluate(() => document.activeElement?.textContent)
  must(first === 'Skip to the content', `The first stop of the Tab key is "${first}"`)
  await page.keyboard.press('Control+k')
  const field = page.getByPlaceholder('Go to a place or a person')
  await field.waitFor()
  await field.fill('Vaccines')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/vaccines$/, { timeout: 5000 }).catch(() => {
    throw new Fault('The palette does not lead to Vaccines')
  })
}

async function everyScreen({ page, picture }, home, document) {
  step('Every screen')
  const parts = ['', '/timeline', '/results', '/conditions', '/medicines', '/allergies', '/vaccines', '/visits']
  const routes = [...parts.map((part) => `${home}/record${part}`), `${home}/ask`, `${home}/documents`, document, '/people', '/me']
  for (const route of routes) {
    await visit(page, route)
    if (route === document) await page.locator('.salus-words[data-drawn]').first().waitFor({ timeout: 20_000 })
    await inspect(page, route)
    await picture(route.split('/').slice(route === document ? -2 : -1).join('-'), { fullPage: route.endsWith('/record') })
  }
  await visit(page, `${home}/record/results`)
  const result = page.locator('main ul[aria-label=Results] a').first()
  if ((await result.count()) > 0) {
    await result.click()
    await page.locator('table').waitFor()
    if ((await page.locator('main figure').count()) > 0) await page.locator('main figure [role=group] button').first().waitFor()
    await inspect(page, 'one result')
    await picture('result')
    await page.getByRole('link', { name: /^Source/ }).first().click()
    await page.locator('dl').waitFor()
    await inspect(page, 'the source of a result')
    await picture('source')
  }
}

async function removeDocument(page, home) {
  step(`Taking ${name} away again`)
  await visit(page, `${home}/documents`)
  await page.getByRole('button', { name: `Delete ${name}` }).first().click()
  await page.getByRole('dialog').waitFor()
  await inspect(page, 'the question before deleting')
  await page.getByRole('button', { name: 'Delete this document' }).click()
  await page.getByRole('button', { name: `Delete ${name}` }).waitFor({ state: 'detached', timeout: 10_000 }).catch(() => {
    throw new Fault(`${name} was deleted, but is still shown`)
  })
}

async function signOut(page) {
  step('Signing out')
  await visit(page, '/me')
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.waitForURL(/\/sign-in/)
  await visit(page, '/me')
  must(page.url().includes('/sign-in'), 'After signing out, a screen still opens')
}

function theLogin() {
  const { SALUS_WALK_LOGINS: file, SALUS_WALK_EMAIL: email, SALUS_WALK_PASSWORD: password } = process.env
  if (email && password) return { email, password }
  if (!file) throw new Fault('Name a login: SALUS_WALK_LOGINS, or SALUS_WALK_EMAIL and SALUS_WALK_PASSWORD')
  const all = JSON.parse(readFileSync(file, 'utf8'))
  const logins = Array.isArray(all) ? all : (all.logins ?? Object.entries(all).map(([role, one]) => ({ role, ...one })))
  const person = logins.find((one) => String(one.role ?? one.roles).split(/[,\s]+/)[0] === 'person')
  if (!person) throw new Fault(`${file} holds no login of a person`)
  return person
}

function ownLetter() {
  return letter([
    'Hillside Hand Clinic', '', 'Letter after the visit', '',
    'The swelling of the left hand has gone down.',
    'Wear the wrist splint for three more weeks, at night only.',
    'Squeeze the soft ball ten times each morning.', '', 'Kind regards,', 'Hand therapy team',
  ])
}

function step(words) {
  console.log(`walk: ${words}`)
}
