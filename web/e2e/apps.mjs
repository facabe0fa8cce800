// Two apps of other people complete a standalone launch against Salus, in Chromium: one with fhirclient, one with
// oidc-client-ts. A person signs in, reads what is asked, takes a tick out, allows it, and takes it back later.
//
//   SALUS_WALK_URL       where Salus runs, with synthetic people in it
//   SALUS_WALK_LOGINS    logins.json as `salus demo` writes it
//   SALUS_WALK_FOLDER    where the pictures go, e2e/pictures by default
//   CHROMIUM             the browser, /usr/bin/chromium by default
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveApps, settings } from './appPages.mjs'
import { Fault, inspect, launch, must, settled, visit } from './browser.mjs'

const base = process.env.SALUS_WALK_URL
const folder = process.env.SALUS_WALK_FOLDER || join(import.meta.dirname, 'pictures')
const logins = JSON.parse(readFileSync(process.env.SALUS_WALK_LOGINS, 'utf8'))
const login = (role) => logins.find((one) => one.role.split(', ')[0] === role)

const apps = await serveApps()
const browser = await launch()
try {
  await register()
  await walkWithFhirclient(false)
  await walkWithFhirclient(true)
  await walkWithOidcClient()
  console.log(`apps: all well; pictures in ${folder}`)
} catch (error) {
  console.error(error instanceof Fault ? `apps: ${error.message}` : error)
  process.exitCode = 1
} finally {
  await browser.close()
  apps.close()
}

/** Both apps, registered by the administrator through the API. */
async function register() {
  step('Registering two apps')
  const signedIn = await send('/api/v1/session', { email: login('admin').email, password: login('admin').password })
  const cookie = signedIn.headers.get('set-cookie').split(';')[0]
  const metadata = (name, path, scope) => ({
    client_name: name,
    redirect_uris: [`${apps.origin}${path}/back`],
    post_logout_redirect_uris: [`${apps.origin}${path}/bye`],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    scope,
  })
  const add = async (...about) => (await (await send('/api/v1/clients', { metadata: metadata(...about) }, { cookie })).json()).id
  const smart = 'openid fhirUser launch/patient offline_access patient/Patient.r patient/Observation.rs patient/Condition.rs patient/Observation.c'
  settings.smart = {
    clientId: await add('Sunflower', '/smart', smart),
    iss: `${base}/fhir/r4`,
    scope: smart,
    redirectUri: `${apps.origin}/smart/back`,
    pkceMode: 'required',
  }
  const oidc = 'openid profile email fhirUser launch/patient offline_access patient/Patient.r'
  settings.oidc = {
    authority: base,
    client_id: await add('Seedling', '/oidc', oidc),
    redirect_uri: `${apps.origin}/oidc/back`,
    post_logout_redirect_uri: `${apps.origin}/oidc/bye`,
    scope: oidc,
    extraQueryParams: { aud: `${base}/fhir/r4` },
    loadUserInfo: true,
  }
}

async function send(path, body, headers = {}) {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  must(response.ok, `${path} answers ${response.status}: ${response.ok ? '' : await response.text()}`)
  return response
}

async function walkWithFhirclient(phone) {
  step(`A standalone launch with fhirclient, ${phone ? 'on a phone, in the dark' : 'on a desk'}`)
  const context = await browser.newContext({
    viewport: phone ? { width: 390, height: 844 } : { width: 1360, height: 900 },
    colorScheme: phone ? 'dark' : 'light',
    reducedMotion: 'reduce',
    hasTouch: phone,
  })
  const page = await context.newPage()
  const kind = phone ? 'phone-dark' : 'desk'
  await page.goto(`${apps.origin}/smart/launch`)
  await signIn(page)
  await page.waitForURL(/\/apps\/authorize\?/)
  await settled(page)
  await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  must((await page.locator('h1').innerText()) === 'Sunflower asks for access', 'The question names the app')
  must(await page.getByText('this device (127.0.0.1').isVisible(), 'The question says where the app comes from')
  await inspect(page, 'the consent screen')
  await page.screenshot({ path: join(folder, `${kind}-consent.png`), fullPage: true })
  await choosePerson(page)
  await page.getByRole('checkbox', { name: /diagnoses/i }).uncheck()
  await page.getByRole('checkbox', { name: /^Add/i }).uncheck()
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.waitForURL(`${apps.origin}/smart/back*`)
  await ready(page)

  const seen = await page.evaluate(useTheRecord)
  must(seen.patient === seen.chosen, `The app was given ${seen.chosen} and reads ${seen.patient}`)
  must(seen.observations > 0 && seen.foreign === 0, `${seen.observations} observations, ${seen.foreign} of somebody else`)
  must(seen.conditions === 0 || seen.conditions === 403, `Conditions were not allowed, and answer ${seen.conditions}`)
  must(seen.everybody === 0 || seen.everybody === 403, `Searching for patients was not allowed, and answers ${seen.everybody}`)
  must(seen.written === 403, `Writing was not allowed, and answers ${seen.written}`)
  must(!/Condition|Observation\.c/.test(seen.scope), `Granted: ${seen.scope}`)
  must(seen.refreshed, 'A refresh brings another access token')

  step('Taking the access back')
  const me = await context.newPage()
  await visit(me, `${base}/me`)
  const rows = me.locator('ul[aria-label="Apps with access"] > li', { hasText: 'Sunflower' })
  const row = rows.first()
  await row.waitFor()
  const before = await rows.count()
  await row.locator('summary').click()
  await inspect(me, 'apps with access')
  await row.scrollIntoViewIfNeeded()
  await me.screenshot({ path: join(folder, `${kind}-apps.png`) })
  await row.getByRole('button', { name: 'Take back the access of Sunflower' }).click()
  await rows.nth(before - 1).waitFor({ state: 'detached' })
  const after = await page.evaluate(async () => {
    const { client } = window
    const headers = { authorization: client.getAuthorizationHeader() }
    return (await fetch(`${client.state.serverUrl}/Patient/${client.patient.id}`, { headers })).status
  })
  must(after === 401, `After the access was taken back, the app's token answers ${after}`)
  await context.close()
}

/** In the app's page, with fhirclient's own client. */
async function useTheRecord() {
  const { client } = window
  const status = (error) => error.status ?? error.statusCode ?? Number(/\b[45]\d\d\b/.exec(error.message)?.[0])
  const count = (path) => client.request(path).then((bundle) => (bundle.entry ?? []).length, status)
  const patient = await client.patient.read()
  const observations = (await client.request(`Observation?patient=${client.patient.id}&_count=200`)).entry ?? []
  const foreign = observations.filter((one) => one.resource.subject.reference !== `Patient/${client.patient.id}`)
  const body = { resourceType: 'Observation', status: 'final', code: { text: 'Weight' }, subject: { reference: `Patient/${client.patient.id}` } }
  const before = client.state.tokenResponse.access_token
  const result = {
    chosen: client.patient.id,
    patient: patient.id,
    observations: observations.length,
    foreign: foreign.length,
    conditions: await count(`Condition?patient=${client.patient.id}`),
    everybody: await count('Patient'),
    written: await client.create(body).then(() => 201, status),
    scope: client.state.tokenResponse.scope,
  }
  await client.refresh()
  await client.patient.read()
  return { ...result, refreshed: client.state.tokenResponse.access_token !== before }
}

async function walkWithOidcClient() {
  step('A standalone launch with oidc-client-ts')
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(`${apps.origin}/oidc/start`)
  await signIn(page)
  await page.waitForURL(/\/apps\/authorize\?/)
  await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  await choosePerson(page)
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.waitForURL(`${apps.origin}/oidc/back*`)
  await ready(page)
  const told = await page.evaluate(async () => {
    const { user, manager } = window
    const read = (token) => fetch(user.profile.fhirUser, { headers: { authorization: `Bearer ${token}` } })
    const first = await read(user.access_token)
    const renewed = await manager.signinSilent()
    await manager.revokeTokens(['access_token', 'refresh_token'])
    const gone = await read(renewed.access_token)
    return { profile: user.profile, status: first.status, renewed: renewed.access_token !== user.access_token, gone: gone.status }
  })
  must(told.profile.email === login('person').email && told.profile.fhirUser, `Told of the person: ${JSON.stringify(told.profile)}`)
  must(told.status === 200, `The person's own entry answers ${told.status}`)
  must(told.renewed, 'A refresh brings another access token')
  must(told.gone === 401, `After giving the tokens back, they answer ${told.gone}`)

  step('Signing out at the wish of an app')
  await page.evaluate(() => void setTimeout(() => window.manager.signoutRedirect({ id_token_hint: window.user.id_token })))
  await page.waitForURL(/\/apps\/sign-out\?/)
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
  await inspect(page, 'the question before signing out')
  await page.screenshot({ path: join(folder, 'desk-app-sign-out.png') })
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.waitForURL(`${apps.origin}/oidc/bye*`)
  await visit(page, `${base}/me`)
  must(page.url().includes('/sign-in'), 'After signing out, a screen still opens')
  await context.close()
}

async function signIn(page) {
  await page.waitForURL(/\/sign-in\?/)
  await page.fill('input[name=email]', login('person').email)
  await page.fill('input[name=password]', login('person').password)
  await page.press('input[name=password]', 'Enter')
}

/** Where there are several people to choose from, the first. */
async function choosePerson(page) {
  const choices = page.getByRole('radio')
  if ((await choices.count()) > 0) await choices.first().check()
}

async function ready(page) {
  await page.waitForFunction(() => document.getElementById('state').textContent !== '…')
  const state = await page.locator('#state').innerText()
  must(state === 'ready', `The app says: ${state}`)
}

function step(words) {
  console.log(`apps: ${words}`)
}
