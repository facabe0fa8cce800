// A person's rights, in Chromium: take everything along, keep something to oneself, and, on a record that nobody
// misses, the end: erase it, and open the certificate without an account.
//
//   SALUS_WALK_URL       where Salus runs, http://127.0.0.1:8080 by default
//   SALUS_WALK_LOGINS    the logins of a demo; its first person's record is erased at the end. Or:
//   SALUS_WALK_EMAIL, SALUS_WALK_PASSWORD   somebody with a record of their own
//   SALUS_WALK_ERASE=1   also erase that record
//   SALUS_WALK_FOLDER    where the pictures go, e2e/pictures by default
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, inspect, launch, must, openPage, settled, visit } from './browser.mjs'

const base = process.env.SALUS_WALK_URL || 'http://127.0.0.1:8080'
const folder = process.env.SALUS_WALK_FOLDER || join(import.meta.dirname, 'pictures')
const { email, password, erases } = theLogin()

const browser = await launch()
try {
  const desk = await openPage(browser, { base, folder })
  const home = await signIn(desk.page)
  await takeAlong(desk, home)
  await keepToOneself(desk, home)
  const storageState = await desk.context.storageState()
  const phone = await openPage(browser, { base, folder, phone: true, storageState })
  await visit(phone.page, `${home}/privacy/data`)
  await inspect(phone.page, 'your data, on a phone')
  await phone.picture('your-data', { fullPage: true })
  if (erases) await erase(desk, home)
  for (const { faults } of [desk, phone]) must(faults.length === 0, `The browser complained:\n  ${faults.join('\n  ')}`)
  console.log(`rights: all well; pictures in ${folder}`)
} catch (error) {
  console.error(error instanceof Fault ? `rights: ${error.message}` : error)
  process.exitCode = 1
} finally {
  await browser.close()
}

async function signIn(page) {
  await visit(page, '/')
  await page.fill('input[name=email]', email)
  await page.fill('input[name=password]', password)
  await page.press('input[name=password]', 'Enter')
  await page.waitForURL((url) => url.pathname !== '/sign-in')
  await settled(page)
  if (new URL(page.url()).pathname === '/people') await page.locator('main li a').first().click()
  await page.waitForURL(/\/people\/[^/]+\/record/)
  return new URL(page.url()).pathname.replace(/\/record.*/, '')
}

async function takeAlong({ page, picture }, home) {
  await visit(page, `${home}/privacy/data`)
  await inspect(page, 'your data')
  await page.getByRole('button', { name: 'Make the file' }).click()
  const link = page.getByRole('link', { name: 'Download' }).first()
  await link.waitFor({ timeout: 60_000 })
  await picture('your-data', { fullPage: true })
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
  const bytes = readFileSync(await download.path())
  must(bytes.subarray(0, 2).toString() === 'PK', 'What was downloaded is no archive')
  must(bytes.includes('index.html') && bytes.includes('SHA256SUMS'), 'The archive lacks its first or its last page')
}

async function keepToOneself({ page }, home) {
  await visit(page, `${home}/privacy/data`)
  await page.getByRole('checkbox', { name: 'Vaccinations' }).check()
  await page.getByRole('button', { name: 'Keep these to myself' }).click()
  const lift = page.getByRole('button', { name: 'Lift: Vaccinations' })
  await lift.waitFor()
  await page.getByText('Nobody but the person may see vaccinations.').first().waitFor()
  await lift.click()
  await lift.waitFor({ state: 'detached' })
}

async function erase({ page, picture }, home) {
  await visit(page, `${home}/privacy/data`)
  const field = page.getByRole('textbox', { name: /Type the name to confirm/ })
  const button = page.getByRole('button', { name: 'Erase this record' })
  must(await button.isDisabled(), 'A record can be erased without typing its name')
  const name = (await field.evaluate((input) => input.labels[0].innerText)).split(': ')[1].trim()
  await field.fill(name)
  const close = page.getByRole('checkbox', { name: 'Also close my account' })
  if (await close.count()) await close.check()
  await button.scrollIntoViewIfNeeded()
  await picture('erase')
  await button.click()
  await page.waitForURL(/\/erasures\//)
  await page.getByRole('button', { name: 'Certificate to print' }).waitFor({ timeout: 60_000 })
  await inspect(page, 'an erased record')
  await picture('erased')
  const address = page.url()
  const stranger = await openPage(browser, { base, folder })
  await visit(stranger.page, address.replace(base, ''))
  await stranger.page.getByRole('button', { name: 'Signed certificate (JSON)' }).waitFor()
}

function theLogin() {
  const { SALUS_WALK_LOGINS: file, SALUS_WALK_EMAIL: email, SALUS_WALK_PASSWORD: password, SALUS_WALK_ERASE: erases } = process.env
  if (email && password) return { email, password, erases: Boolean(erases) }
  if (!file) throw new Fault('Name a login: SALUS_WALK_LOGINS, or SALUS_WALK_EMAIL and SALUS_WALK_PASSWORD')
  const person = JSON.parse(readFileSync(file, 'utf8')).find((login) => login.role === 'person')
  if (!person) throw new Fault(`${file} holds no login of a person`)
  return { ...person, erases: true }
}
