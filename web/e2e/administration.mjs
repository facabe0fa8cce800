// Whoever runs Salus, in Chromium: makes an account for a doctor and makes sure who she is; writes a policy with a wrong
// rule, mends it, gives it to her; adds an app and a service; approves an app that registered itself; takes all of it back.
//
//   SALUS_WALK_URL, SALUS_WALK_LOGINS, SALUS_WALK_FOLDER, CHROMIUM    as for walk.mjs; apps may register themselves there:
//   SALUS_AUTH__OAUTH__REGISTRATION=reviewed
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, inspect, launch, must, openPage, signIn, visit } from './browser.mjs'

const base = process.env.SALUS_WALK_URL || 'http://127.0.0.1:8080'
const folder = process.env.SALUS_WALK_FOLDER || join(import.meta.dirname, 'pictures')
const logins = JSON.parse(readFileSync(process.env.SALUS_WALK_LOGINS, 'utf8'))
const login = logins.find((one) => one.role.split(', ').includes('admin'))

const browser = await launch()
try {
  const desk = await openPage(browser, { base, folder })
  await signIn(desk.page, login)
  await verify(desk)
  await writePolicy(desk)
  await givePolicy(desk)
  await addApp(desk)
  await addService(desk)
  await invite(desk)
  await approve(desk)
  const storageState = await desk.context.storageState()
  const phone = await openPage(browser, { base, folder, phone: true, storageState })
  const dark = await openPage(browser, { base, folder, dark: true, storageState })
  for (const view of [phone, dark]) await everyScreen(view)
  await takeBack(desk)
  for (const { faults } of [desk, phone, dark]) must(faults.length === 0, `The browser complained:\n  ${faults.join('\n  ')}`)
  console.log(`administration: all well; pictures in ${folder}`)
} catch (error) {
  console.error(error instanceof Fault ? `administration: ${error.message}` : error)
  process.exitCode = 1
} finally {
  await browser.close()
}

async function verify({ page, picture }) {
  step('Making an account, and making sure whose it is')
  await visit(page, '/admin/accounts')
  await page.getByRole('button', { name: 'New account' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Dr. Lena Moor')
  await dialog.getByLabel('E-mail').fill('lena@demo.salus')
  await dialog.getByLabel('First password').fill('heron river turns twice')
  await dialog.getByRole('checkbox', { name: 'Person' }).uncheck()
  await dialog.getByRole('checkbox', { name: 'Clinician' }).check()
  await dialog.getByRole('button', { name: 'Make the account' }).click()
  await dialog.waitFor({ state: 'detached' })
  const row = account(page)
  must(!/verified/.test(await row.innerText()), 'A new account is verified by nobody')
  await page.getByRole('button', { name: 'Change Dr. Lena Moor' }).click()
  await dialog.getByRole('switch', { name: 'I have made sure who they are' }).check()
  await inspect(page, 'an account')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await row.getByText('verified').waitFor()
  await inspect(page, 'accounts')
  await picture('accounts', { fullPage: true })
}

function account(page) {
  return page.getByRole('list', { name: 'Accounts' }).getByRole('listitem').filter({ hasText: 'Dr. Lena Moor' })
}

async function writePolicy({ page, picture }) {
  step('Writing a policy with a wrong rule, and mending it')
  await visit(page, '/admin/policies')
  await inspect(page, 'no policies')
  await page.getByRole('button', { name: 'New policy' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Study nurse')
  await dialog.getByLabel('What it is for').fill('Reads what the blood pressure study needs, and nothing about where people live.')
  await dialog.getByLabel('Only those that match').fill('categroy=vital-signs')
  await dialog.getByRole('button', { name: 'Add a rule' }).click()
  const second = dialog.getByRole('group', { name: 'Rule 2' })
  await second.getByRole('combobox', { name: 'Which entries' }).fill('names')
  await page.getByRole('option', { name: /Patient/ }).click()
  await second.getByLabel('Whose').selectOption('everyone')
  await second.getByLabel('Elements that are not shown').fill('telecom, adress.line')
  await dialog.getByRole('button', { name: 'Make the policy' }).click()
  await dialog.getByText('Look at rule 1 and 2.').waitFor()
  await inspect(page, 'a policy with wrong rules')
  await picture('policy-wrong', { fullPage: true })
  const first = dialog.getByRole('group', { name: 'Rule 1' }).getByLabel('Only those that match')
  must(await isWrong(first, 'categroy'), 'The wrong search is not told at its field')
  must(await isWrong(second.getByLabel('Elements that are not shown'), 'adress'), 'The wrong element is not told at its field')
  await first.fill('categ')
  await page.getByRole('option', { name: 'category=' }).click()
  await first.pressSequentially('vital-signs')
  await second.getByLabel('Elements that are not shown').fill('telecom, address.line')
  await dialog.getByText('As JSON').click()
  const json = JSON.parse(await dialog.getByLabel('The policy as JSON').inputValue())
  must(json.entry[1].hidden.includes('Patient.address.line'), 'The JSON is not what the form says')
  await inspect(page, 'a policy as JSON')
  await picture('policy-json')
  await dialog.getByText('Rule by rule').click()
  must((await dialog.getByRole('alert').count()) === 0, 'A rule that was mended is still called wrong')
  await picture('policy-form')
  await dialog.getByRole('button', { name: 'Make the policy' }).click()
  await page.getByText('where the category is vital-signs').waitFor()
  await inspect(page, 'policies')
}

/** Whether a field is marked as wrong, with these words beside it. */
async function isWrong(field, words) {
  return field.evaluate((input, text) => {
    const told = (input.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.innerText ?? '')
    return input.getAttribute('aria-invalid') === 'true' && told.some((one) => one.includes(text))
  }, words)
}

async function givePolicy({ page, picture }) {
  step('Giving the policy to her')
  await visit(page, '/admin/accounts')
  await page.getByRole('button', { name: 'Change Dr. Lena Moor' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Give a policy').selectOption({ label: 'Study nurse' })
  await dialog.getByRole('button', { name: 'Take away the policy Study nurse' }).waitFor()
  await inspect(page, 'an account with a policy')
  await dialog.getByRole('button', { name: 'Take away the policy Study nurse' }).scrollIntoViewIfNeeded()
  await picture('account-policy')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await visit(page, '/admin/policies')
  await page.getByText('Given to Dr. Lena Moor.').waitFor()
  await page.getByRole('button', { name: 'Delete Study nurse' }).click()
  await dialog.getByText('These accounts have it.').waitFor()
  must((await dialog.getByRole('button', { name: 'Delete the policy' }).count()) === 0, 'A policy that somebody has can be deleted')
  await inspect(page, 'a policy in use')
  await picture('policy-in-use')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
}

async function addApp({ page, picture }) {
  step('Adding an app')
  await visit(page, '/admin/clients')
  await page.getByRole('button', { name: 'Add one' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('An app with a server of its own').check()
  await dialog.getByLabel('Name', { exact: true }).fill('Harbour clinic portal')
  await dialog.getByLabel('Where its answers go').fill('http://portal.example/back')
  await inspect(page, 'a new app')
  await dialog.getByRole('button', { name: 'Register it' }).click()
  await dialog.getByRole('alert').getByText(/https/).waitFor()
  await dialog.getByLabel('Where its answers go').fill('https://portal.example/back')
  await picture('client-new')
  await dialog.getByRole('button', { name: 'Register it' }).click()
  await dialog.getByText('Copy this secret now.').waitFor()
  await inspect(page, 'a secret')
  await picture('client-secret')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('region', { name: 'Harbour clinic portal' }).getByText('approved').waitFor()
}

async function addService({ page }) {
  step('Adding a service that publishes its keys')
  await page.getByRole('button', { name: 'Add one' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('A service without a person').check()
  await dialog.getByLabel('Name', { exact: true }).fill('Nightly sync')
  await dialog.getByLabel('The account it acts for').fill('nobody@demo.salus')
  await dialog.getByLabel(/address of its keys/).fill('https://sync.example/jwks.json')
  await dialog.getByRole('button', { name: 'Register it' }).click()
  await dialog.getByText('There is no account with this e-mail address.').waitFor()
  await dialog.getByLabel('The account it acts for').fill('lena@demo.salus')
  await dialog.getByRole('button', { name: 'Register it' }).click()
  await dialog.getByText('It has no secret.').waitFor()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('region', { name: 'Nightly sync' }).getByText('Dr. Lena Moor').waitFor()
}

async function invite({ page, picture }) {
  step('Inviting an app')
  await page.getByRole('button', { name: 'Invite one' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Make an invitation' }).click()
  await dialog.getByText('Copy this invitation now.').waitFor()
  await inspect(page, 'an invitation')
  await picture('client-invited')
  await dialog.getByRole('button', { name: 'Done' }).click()
}

async function approve({ page, picture }) {
  step('Approving an app that registered itself')
  const metadata = {
    client_name: 'Meadow',
    redirect_uris: ['https://meadow.example/back', 'org.example.meadow:/back'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid launch/patient offline_access patient/Observation.rs patient/MedicationRequest.rs patient/Observation.c',
  }
  const answer = await fetch(`${base}/oauth/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(metadata) })
  must(answer.status === 201, `An app registers itself: ${answer.status} ${await answer.text()}`)
  await visit(page, '/admin/clients')
  const app = page.getByRole('region', { name: 'Meadow' })
  await app.getByText('waits for approval').waitFor()
  must(/See and search prescriptions/.test(await app.innerText()), `What it may ask for is not told in words: ${await app.innerText()}`)
  await inspect(page, 'clients')
  await picture('clients', { fullPage: true })
  await app.getByRole('button', { name: 'Approve Meadow' }).click()
  await app.getByText('approved').waitFor()
}

async function everyScreen({ page, picture }) {
  for (const name of ['accounts', 'policies', 'clients']) {
    await visit(page, `/admin/${name}`)
    await inspect(page, `${name}, once more`)
    await picture(`admin-${name}`, { fullPage: true })
  }
  await visit(page, '/admin/policies')
  await page.getByRole('button', { name: 'Change Study nurse' }).click()
  await page.getByRole('dialog').getByRole('group', { name: 'Rule 2' }).waitFor()
  await inspect(page, 'a policy, once more')
  await picture('admin-policy')
  await visit(page, '/admin/clients')
  await page.getByRole('button', { name: 'Add one' }).click()
  await page.getByRole('dialog').getByLabel('A service without a person').check()
  await inspect(page, 'a new service, once more')
  await picture('admin-client')
}

/** Each of them is gone again, so that whoever walks here next finds what there was. */
async function takeBack({ page }) {
  step('Taking all of it back')
  for (const name of ['Meadow', 'Nightly sync', 'Harbour clinic portal']) {
    await visit(page, '/admin/clients')
    await page.getByRole('button', { name: `Remove ${name}` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click()
    await page.getByRole('region', { name }).waitFor({ state: 'detached' })
  }
  await visit(page, '/admin/accounts')
  await page.getByRole('button', { name: 'Change Dr. Lena Moor' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Take away the policy Study nurse' }).click()
  await dialog.getByRole('switch', { name: 'May sign in' }).uncheck()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await account(page).getByText('closed').waitFor()
  await visit(page, '/admin/policies')
  await page.getByRole('button', { name: 'Delete Study nurse' }).click()
  await dialog.getByRole('button', { name: 'Delete the policy' }).click()
  await page.getByRole('region', { name: 'Study nurse' }).waitFor({ state: 'detached' })
}

function step(words) {
  console.log(`administration: ${words}`)
}
