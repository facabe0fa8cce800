import type { AppSummary, Permission, PermissionKind } from '../api/salus.schemas'

/** "see and search…" as a line of its own. */
export function line(permission: Permission): string {
  return permission.words.charAt(0).toUpperCase() + permission.words.slice(1)
}

const ownDevice = ['localhost', '127.0.0.1', '[::1]']

/** Where an app comes from, as people read it: a web site, a page on this device, or an app that is installed on it. */
export function origin(app: AppSummary): string {
  if (!URL.canParse(app.comesFrom)) return `an app on this device (${app.comesFrom})`
  const { host, hostname } = new URL(app.comesFrom)
  return ownDevice.includes(hostname) ? `this device (${host})` : host
}

export function ofKind(permissions: Permission[], kind: PermissionKind): Permission[] {
  return permissions.filter((one) => one.kind === kind)
}
