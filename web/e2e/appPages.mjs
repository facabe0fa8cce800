// Two apps of other people, as pages of another origin: one made with fhirclient, one with oidc-client-ts, both as npm
// ships them for browsers.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)
const shipped = (name, path) => readFileSync(join(dirname(resolve(`${name}/package.json`)), path))

/** What each app is told about Salus and itself; filled in once it is registered. */
export const settings = { smart: {}, oidc: {} }

const page = (title, scripts, body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<h1>${title}</h1><p id="state">…</p>${scripts.map((src) => `<script src="${src}"></script>`).join('')}<script>
const failed = (error) => { document.getElementById('state').textContent = 'failed: ' + (error.message || error) }
const done = (words) => { document.getElementById('state').textContent = words }
${body}</script></html>`

const pages = {
  '/smart/launch': () => page('Sunflower', ['/fhirclient.js'], `FHIR.oauth2.authorize(${JSON.stringify(settings.smart)}).catch(failed)`),
  '/smart/back': () => page('Sunflower', ['/fhirclient.js'], `FHIR.oauth2.ready().then((client) => { window.client = client; done('ready') }, failed)`),
  '/oidc/start': () =>
    page('Seedling', ['/oidc.js'], `new oidc.UserManager(${JSON.stringify(settings.oidc)}).signinRedirect().catch(failed)`),
  '/oidc/back': () =>
    page('Seedling', ['/oidc.js'], `window.manager = new oidc.UserManager(${JSON.stringify(settings.oidc)})
manager.signinCallback().then((user) => { window.user = user; done('ready') }, failed)`),
  '/oidc/bye': () => page('Seedling', [], `done('signed out')`),
}

/** Serves the pages on a free port of the loopback, under a name that is another site to the browser. */
export async function serveApps() {
  const scripts = {
    '/fhirclient.js': shipped('fhirclient', 'build/fhir-client.min.js'),
    '/oidc.js': shipped('oidc-client-ts', 'dist/browser/oidc-client-ts.min.js'),
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://app').pathname
    if (scripts[path]) return response.writeHead(200, { 'content-type': 'text/javascript' }).end(scripts[path])
    if (pages[path]) return response.writeHead(200, { 'content-type': 'text/html' }).end(pages[path]())
    return response.writeHead(path === '/favicon.ico' ? 204 : 404).end()
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}
