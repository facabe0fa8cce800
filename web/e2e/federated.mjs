// Signing in by another provider, in Chromium: two installations of Salus, of which one is the provider of the other.
// Nobody is let in before they linked the two; then they are, with the second step where they have one; and no longer
// after they unlinked them.
//
//   SALUS_WALK_URL, SALUS_WALK_LOGINS                      the installation that is signed in to, as http://localhost:PORT
//   SALUS_WALK_PROVIDER_URL, SALUS_WALK_PROVIDER_LOGINS    the one that vouches, as http://127.0.0.1:PORT
//   SALUS_WALK_FOLDER, CHROMIUM                            as in walk.mjs
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, inspect, launch, must, openPage, settled, visit } from './browser.mjs'

const base = process.env.SALUS_WALK_URL
const provider = process.env.SALUS_WALK_PROVIDER_URL
const folder = process.env.SALUS_WALK_FOLDER || join(import.meta.dirname, 'pictures')
const person = (file) => JSON.parse(readFileSync(file, 'utf8')).find((one) => one.role === 'person')
const here = person(process.env.SALUS_WALK_LOGINS)
const there = person(process.env.SALUS_WALK_PROVIDER_LOGINS)

const browser = await launch()
try {
  const desk = await openPage(browser, { base, folder })
  const { page, picture } = desk
  await virtualAuthenticator(page)

  step('Nobody is let in who did not link the two')
  await visit(page, '/sign-in?to=/me')
  await inspect(page, 'the sign-in with another provider')
  await picture('sign-in-provider')
  await page.getByRole('button', { name: 'Continue with Salus next door' }).click()
  await page.waitForURL(`${provider}/sign-in*`)
  await byPassword(page, there)
  await allow(page)
  await page.waitForURL(/\/sign-in\?/)
  await page.getByText('Nobody here is linked with that').waitFor()
  await inspect(page, 'the sign-in after a refusal')
  await picture('sign-in-not-linked')

  step('Linking the two')
  await byPassword(page, here)
  await page.waitForURL(`${base}/me`)
  await settled(page)
  await inspect(page, 'an account without links')
  await page.getByRole('button', { name: 'Link Salus next door' }).click()
  await allow(page)
  await page.waitForURL(`${base}/me`)
  const row = page.getByRole('list', { name: 'Accounts elsewhere' }).getByRole('listitem')
  await row.getByText(there.email).waitFor()
  await settled(page)
  await inspect(page, 'an account with a link')
  await row.scrollIntoViewIfNeeded()
  await picture('accounts-elsewhere')

  step('Signing in by it')
  await signOut(page)
  await byProvider(page)
  await page.waitForURL((url) => url.origin === base && url.pathname !== '/sign-in')

  step('With a second step')
  await visit(page, '/me')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await showPassword(page)
  await page.getByRole('listitem').filter({ hasText: 'Passkey,' }).waitFor()
  await signOut(page)
  await byProvider(page)
  await page.waitForURL(/step=second/)
  await page.getByText('The other provider knows you.').waitFor()
  await inspect(page, 'the second step behind another provider')
  await picture('second-step-provider')
  await page.reload()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.waitForURL((url) => url.origin === base && url.pathname !== '/sign-in')

  step('Unlinking them')
  await visit(page, '/me')
  await page.getByRole('button', { name: 'Unlink Salus next door' }).click()
  await page.getByText('Sign in with an account that you have elsewhere').waitFor()
  await signOut(page)
  await byProvider(page)
  await page.getByText('Nobody here is linked with that').waitFor()

  step('Turning back, and on a phone in the dark')
  const phone = await openPage(browser, { base, folder, phone: true, dark: true })
  await visit(phone.page, '/sign-in')
  await inspect(phone.page, 'the sign-in on a phone')
  await phone.picture('sign-in-provider', { fullPage: true })
  await phone.page.getByRole('button', { name: 'Continue with Salus next door' }).click()
  await byPassword(phone.page, there)
  await phone.page.getByRole('button', { name: 'Do not allow' }).click()
  await phone.page.getByText('You turned back at the other provider').waitFor()
  await inspect(phone.page, 'the sign-in after turning back')

  const faults = [...desk.faults, ...phone.faults].filter((fault) => fault !== `asks another host: ${provider}`)
  must(faults.length === 0, `The browser complained:\n  ${faults.join('\n  ')}`)
  console.log(`federated: all well; pictures in ${folder}`)
} catch (error) {
  console.error(error instanceof Fault ? `federated: ${error.message}` : error)
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

async function byPassword(page, login) {
  await settled(page)
  await page.fill('input[name=email]', login.email)
  await page.fill('input[name=password]', login.password)
  await page.press('input[name=password]', 'Enter')
}

/** From the sign-in here over the question there. */
async function byProvider(page) {
  await page.getByRole('button', { name: 'Continue with Salus next door' }).click()
  await allow(page)
}

async function allow(page) {
  await page.waitForURL(`${provider}/apps/authorize*`)
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
}

/** Another provider's word is no fresh proof: the password is asked for. */
async function showPassword(page) {
  await page.getByRole('dialog').getByLabel('Your password').fill(here.password)
  await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click()
}

async function signOut(page) {
  await visit(page, '/me')
  await page.getByRole('button', { name: 'Sign out', exact: true }).last().click()
  await page.waitForURL(/\/sign-in/)
  await settled(page)
}

function step(words) {
  console.log(`federated: ${words}`)
}
