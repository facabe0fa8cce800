// One Chromium, and the eyes that every step of the walk looks with.
import { createRequire } from 'node:module'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export class Fault extends Error {}

/** Ends the walk with a message when something does not hold. */
export function must(holds, message) {
  if (!holds) throw new Fault(message)
}

export async function launch() {
  const executablePath = process.env.CHROMIUM || '/usr/bin/chromium'
  must(existsSync(executablePath), `There is no Chromium at ${executablePath}; set CHROMIUM.`)
  return chromium.launch({
    executablePath,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run',
    ],
  })
}

/** A page that remembers what went wrong on it: errors, refused scripts, requests to other hosts. */
export async function openPage(browser, { base, folder, phone = false, dark = false, storageState }) {
  const context = await browser.newContext({
    baseURL: base,
    viewport: phone ? { width: 390, height: 844 } : { width: 1360, height: 900 },
    hasTouch: phone,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    storageState,
  })
  const page = await context.newPage()
  const faults = []
  page.on('pageerror', (error) => faults.push(`error on ${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.origin !== new URL(base).origin) faults.push(`asks another host: ${url.origin}`)
  })
  mkdirSync(folder, { recursive: true })
  const kind = `${phone ? 'phone' : 'desk'}${dark ? '-dark' : ''}`
  return {
    page,
    context,
    faults,
    picture: (name, options = {}) => page.screenshot({ path: join(folder, `${kind}-${name}.png`), ...options }),
  }
}

/** Opens a route and waits until nothing is loading any more. */
export async function visit(page, path) {
  await page.goto(path)
  await settled(page)
}

export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('[class*=Skeleton-root]'), null, {
    timeout: 20_000,
  })
  await page.evaluate(() => document.fonts.ready)
}

/** Signs in with the e-mail address and the password of a login. */
export async function signIn(page, login) {
  await visit(page, '/sign-in')
  await page.fill('input[name=email]', login.email)
  await page.fill('input[name=password]', login.password)
  await page.press('input[name=password]', 'Enter')
  await page.waitForURL((url) => url.pathname !== '/sign-in', { timeout: 15_000 })
  await settled(page)
}

/** No violation of WCAG 2.2 AA, one first-level heading, a title, and nothing that sticks out sideways. */
export async function inspect(page, name) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }),
    RULES,
  )
  const told = violations.map(
    (one) => `  ${one.id}: ${one.help}\n${one.nodes.slice(0, 4).map((node) => `    ${node.target.join(' ')}\n      ${node.failureSummary?.split('\n').at(-1)?.trim()}`).join('\n')}`,
  )
  must(violations.length === 0, `${name}: ${violations.length} faults of accessibility\n${told.join('\n')}`)
  const seen = await page.evaluate(() => ({
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    language: document.documentElement.lang,
  }))
  must(/\S · Salus$/.test(seen.title), `${name}: the title is "${seen.title}"`)
  must(seen.headings === 1, `${name}: ${seen.headings} first-level headings`)
  must(seen.sideways <= 0, `${name}: ${seen.sideways} pixels wider than the screen`)
  must(seen.language, `${name}: the page names no language`)
}
