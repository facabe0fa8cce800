// An emergency in Chromium: a code is made, a stranger opens it with the passcode and keeps a copy that opens without a
// network; a library of other people opens the same file; a helper breaks the glass; the person is told, sees what was
// read and who could not be told, and says that it was not right.
//
//   SALUS_WALK_URL, SALUS_WALK_LOGINS, SALUS_WALK_FOLDER, CHROMIUM    as for walk.mjs
import { compactDecrypt } from 'jose'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Fault, inspect, launch, must, openPage, signIn, visit } from './browser.mjs'

const base = process.env.SALUS_WALK_URL || 'http://127.0.0.1:8080'
const folder = process.env.SALUS_WALK_FOLDER || join(import.meta.dirname, 'pictures')
const logins = JSON.parse(readFileSync(process.env.SALUS_WALK_LOGINS, 'utf8'))
const PASSCODE = 'heron 47'

const browser = await launch()
try {
  const maria = await openPage(browser, { base, folder })
  await signIn(maria.page, login('maria@demo.salus'))
  const address = await makeCode(maria)
  await printCard(maria)
  const stranger = await openPage(browser, { base, folder, phone: true })
  await openCode(stranger, address)
  await keepCopy(stranger)
  await openWithJose(address)
  const helper = await openPage(browser, { base, folder })
  await signIn(helper.page, login('emergency@demo.salus'))
  await breakGlass(helper)
  await review(maria)
  await takeBack(maria, stranger, address)
  for (const { faults } of [maria, stranger, helper]) must(faults.length === 0, `The browser complained:\n  ${faults.join('\n  ')}`)
  console.log(`emergency: all well; pictures in ${folder}`)
} catch (error) {
  console.error(error instanceof Fault ? `emergency: ${error.message}` : error)
  process.exitCode = 1
} finally {
  await browser.close()
}

function login(email) {
  const found = logins.find((one) => one.email === email)
  must(found, `The demo has no login ${email}`)
  return found
}

async function makeCode({ page, picture }) {
  step('Making a code')
  await visit(page, '/people/maria-lindqvist/emergency')
  await page.getByText('Blood group').first().waitFor()
  await inspect(page, 'emergency')
  await picture('emergency', { fullPage: true })
  await page.getByLabel('What is it for?').fill('My wallet')
  await page.getByLabel('Passcode').fill(PASSCODE)
  await page.getByRole('button', { name: 'Make the code' }).click()
  await page.getByRole('img', { name: /My wallet/ }).waitFor()
  const address = await page.getByRole('link', { name: 'Open it' }).getAttribute('href')
  must(/\/v#shlink:\//.test(address), `The code leads to ${address}`)
  await inspect(page, 'a code')
  await picture('emergency-code', { fullPage: true })
  return address
}

/** The wallet card: what the printer gets, and nothing else of the page. */
async function printCard({ page, picture }) {
  step('Printing the wallet card')
  await page.emulateMedia({ media: 'print' })
  const card = page.locator('[data-wallet]')
  must(await card.isVisible(), 'The wallet card is not on the paper')
  const box = await card.boundingBox()
  await picture('emergency-print', { clip: { x: box.x, y: box.y, width: box.width, height: box.height } })
  must(box.width <= 400 && box.height <= 560, `The card is ${box.width} by ${box.height} pixels: more than A6`)
  await page.emulateMedia({ media: 'screen' })
}

async function openCode({ page, picture }, address) {
  step('A stranger opens it')
  await visit(page, address)
  await inspect(page, 'viewer')
  await picture('emergency-viewer')
  await page.fill('input[name=recipient]', 'Riverton Hospital')
  await page.fill('input[name=passcode]', 'not this one')
  await page.getByRole('button', { name: /Open/ }).click()
  const told = await page.locator('[role=alert]').innerText()
  must(/4 wrong tries/.test(told), `A wrong passcode is answered with "${told}"`)
  await page.fill('input[name=passcode]', PASSCODE)
  await page.getByRole('button', { name: /Open/ }).click()
  await page.locator('[data-emergency-view]').waitFor()
  const view = await page.locator('[data-emergency-view]').innerText()
  for (const words of ['Maria Elisabet Lindqvist', 'Allergy to penicillin', 'Dangerous', 'A, Rh positive', 'Glucose sensor', 'Organ donor']) {
    must(view.includes(words), `The view lacks "${words}"`)
  }
  await inspect(page, 'emergency view')
  await picture('emergency-view', { fullPage: true })
}

async function keepCopy({ page, context, picture }) {
  step('Keeping a copy for where there is no network')
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Keep a copy' }).click()
  const file = join(folder, 'emergency-card.html')
  await (await waiting).saveAs(file)
  must(!readFileSync(file, 'utf8').includes('Lindqvist</h2>'), 'The copy is not encrypted')
  await context.setOffline(true)
  const copy = await context.newPage()
  const asked = []
  copy.on('request', (request) => asked.push(request.url()))
  await copy.goto(pathToFileURL(file).href)
  await copy.fill('input', 'wrong')
  await copy.getByRole('button', { name: 'Open' }).click()
  await copy.getByText('does not open it').waitFor()
  await copy.fill('input', PASSCODE)
  await copy.getByRole('button', { name: 'Open' }).click()
  await copy.locator('[data-emergency-view]').waitFor()
  const shown = await copy.locator('[data-emergency-view]').innerText()
  for (const words of ['Maria Elisabet Lindqvist', 'Allergy to penicillin', 'Dangerous', 'A, Rh positive']) must(shown.includes(words), `The copy lacks "${words}"`)
  must(asked.every((url) => url.startsWith('file:')), `The copy asks for ${asked.join(', ')}`)
  await copy.screenshot({ path: join(folder, 'phone-emergency-offline.png'), fullPage: true })
  await copy.close()
  await context.setOffline(false)
  await picture('emergency-kept')
}

/** SMART Health Links as others read them: the manifest, and its file by the npm library `jose`. */
async function openWithJose(address) {
  step('A library of other people opens it')
  const payload = JSON.parse(Buffer.from(address.split('shlink:/')[1], 'base64url').toString())
  const body = JSON.stringify({ recipient: 'A program with jose', passcode: PASSCODE })
  const manifest = await fetch(payload.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  must(manifest.ok, `The manifest is answered with ${manifest.status}`)
  const [file] = (await manifest.json()).files
  const jwe = file.embedded ?? (await (await fetch(file.location)).text())
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, Buffer.from(payload.key, 'base64url'))
  const document = JSON.parse(new TextDecoder().decode(plaintext))
  must(protectedHeader.alg === 'dir' && protectedHeader.enc === 'A256GCM', `The header says ${JSON.stringify(protectedHeader)}`)
  must(document.resourceType === 'Bundle' && JSON.stringify(document).includes('Lindqvist'), 'What jose opened is no summary of Maria')
  const wrong = await compactDecrypt(jwe, Buffer.alloc(32)).catch((error) => error.code)
  must(wrong === 'ERR_JWE_DECRYPTION_FAILED', `With another key jose says ${wrong}`)
}

async function breakGlass({ page, picture }) {
  step('A helper breaks the glass')
  await visit(page, '/emergency')
  await inspect(page, 'break the glass')
  await page.getByLabel('Name', { exact: true }).fill('Maria Lindqvist')
  await page.getByLabel('Birth date').fill(await birthDate())
  await page.getByLabel('The person cannot speak for themselves').check()
  await page.getByLabel('What happened').fill('Found on the street, does not answer')
  await picture('emergency-break', { fullPage: true })
  await page.getByRole('button', { name: 'Open the emergency view' }).click()
  await page.locator('[data-emergency-view]').waitFor()
  const bar = await page.getByRole('status').first().innerText()
  must(/Jonas Wren is looking since/.test(bar) && /has been told/.test(bar), `The bar says "${bar}"`)
  await inspect(page, 'open emergency')
  await picture('emergency-open', { fullPage: true })
  await page.getByRole('button', { name: 'End it now' }).click()
  await page.getByLabel('What did you do?').fill('Gave sugar, brought her to Riverton Hospital.')
  await page.getByRole('button', { name: 'Keep the note' }).click()
  await page.getByText('Your note:').waitFor()
  await inspect(page, 'ended emergency')
  await picture('emergency-ended')
}

/** As the demo tells it; its people are dated back from the day it was filled. */
async function birthDate() {
  const stranger = await openPage(browser, { base, folder })
  await signIn(stranger.page, login('maria@demo.salus'))
  const card = await stranger.page.evaluate(() => fetch('/api/v1/people/maria-lindqvist/emergency-card').then((answer) => answer.json()))
  await stranger.context.close()
  return card.who.birthDate
}

async function review({ page, picture }) {
  step('The person sees who looked')
  await visit(page, '/people/maria-lindqvist/emergency')
  const row = page.locator('ul[aria-label=Emergencies]')
  await row.waitFor()
  const words = await row.innerText()
  for (const expect of ['Jonas Wren', 'does not answer', 'allergies', 'Gave sugar']) must(words.includes(expect), `The review lacks "${expect}": ${words}`)
  // The demo is not set up to send anything, and says so.
  const told = await page.locator('ul[aria-label="Who was told that Jonas Wren opened it"]').innerText()
  must(/Could not be told: Maria Lindqvist, for this Salus is not set up to send e-mail or SMS/.test(told), `Who was told says "${told}"`)
  await page.getByText('You are told inside Salus; your contacts are not told').waitFor()
  const openings = await page.locator('ul[aria-label="Who opened My wallet"]').first().innerText()
  must(/Riverton Hospital opened it/.test(openings) && /wrong passcode/.test(openings), `The openings say "${openings}"`)
  await page.getByRole('button', { name: /was not right/ }).click()
  await page.getByLabel('What was not right?').fill('I was at home and well that day.')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('it is being looked at').waitFor()
  await inspect(page, 'review')
  await picture('emergency-review', { fullPage: true })
}

async function takeBack({ page }, stranger, address) {
  step('Taking the code back')
  await page.getByRole('button', { name: 'Take back the code My wallet' }).first().click()
  await page.getByText('taken back').first().waitFor()
  await stranger.page.goto('about:blank')
  await visit(stranger.page, address)
  await stranger.page.fill('input[name=recipient]', 'Riverton Hospital')
  await stranger.page.fill('input[name=passcode]', PASSCODE)
  await stranger.page.getByRole('button', { name: /Open/ }).click()
  const told = await stranger.page.locator('[role=alert]').innerText()
  must(/opens nothing any more/.test(told), `A code that was taken back is answered with "${told}"`)
}

function step(words) {
  console.log(words)
}
