// Second steps, in Chromium with its virtual authenticator: a passkey is added, opens the account alone, stands as the
// second step, is shown once more for a sensitive act, and is removed again.
//
//   SALUS_WALK_URL, SALUS_WALK_LOGINS, SALUS_WALK_EMAIL, SALUS_WALK_PASSWORD, SALUS_WALK_FOLDER, CHROMIUM as in walk.mjs;
//   the address must be http://localhost:PORT, for passkeys belong to a name.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, inspect, launch, must, openPage, settled, visit } from './browser.mjs'

const base = (process.env.SALUS_WALK_URL || 'http://localhost:8080').replace('127.0.0.1', 'localhost')
const folder = process.env.SALUS_WALK_FOLDER || join(import.meta.dirname, 'pictures')
const logins = process.env.SALUS_WALK_LOGINS && JSON.parse(readFileSync(process.env.SALUS_WALK_LOGINS, 'utf8'))
const person = logins?.find((one) => one.role === 'person')
const login = { email: process.env.SALUS_WALK_EMAIL ?? person?.email, password: process.env.SALUS_WALK_PASSWORD ?? person?.password }

const browser = await launch()
try {
  const desk = await openPage(browser, { base, folder })
  const { page } = desk
  await virtualAuthenticator(page)
  await byPassword(page)
  await page.waitForURL((url) => url.pathname !== '/sign-in')
  await addKey(desk)
  await signOut(page)
  await byKey(desk)
  await signOut(page)
  await bySecondStep(desk)
  await removeKey(page)
  must(desk.faults.length === 0, `The browser complained:\n  ${desk.faults.join('\n  ')}`)
  console.log('second-step: all well')
} catch (error) {
  console.error(error instanceof Fault ? `second-step: ${error.message}` : error)
  process.exitCode = 1
} finally {
  await browser.close()
}

async function virtualAuthenticator(page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
}

async function byPassword(page) {
  await visit(page, '/sign-in')
  await page.fill('input[name=email]', login.email)
  await page.fill('input[name=password]', login.password)
  await page.press('input[name=password]', 'Enter')
}

async function addKey({ page, picture }) {
  await visit(page, '/me')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByRole('listitem').filter({ hasText: 'Passkey,' }).waitFor()
  await inspect(page, 'second steps')
  await picture('second-steps', { fullPage: true })
}

async function byKey({ page, picture }) {
  await settled(page)
  await inspect(page, 'sign-in')
  await picture('sign-in-passkey')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.waitForURL((url) => url.pathname !== '/sign-in')
}

async function bySecondStep({ page, picture }) {
  await byPassword(page)
  await page.getByRole('heading', { name: 'The second step' }).waitFor()
  await inspect(page, 'the second step')
  await picture('second-step')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.waitForURL((url) => url.pathname !== '/sign-in')
}

async function removeKey(page) {
  await visit(page, '/me')
  await page.getByRole('button', { name: /^Remove Passkey/ }).click()
  await page.getByText('your password alone opens nothing').waitFor()
}

async function signOut(page) {
  await visit(page, '/me')
  await page.getByRole('button', { name: 'Sign out', exact: true }).last().click()
  await page.waitForURL(/\/sign-in/)
}
