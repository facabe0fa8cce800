// Sets light or dark before the first paint, so that the page does not flash.
;(function () {
  var root = document.documentElement
  var chosen = 'auto'
  try {
    chosen = localStorage.getItem('salus-colour-scheme') || 'auto'
  } catch {
    chosen = 'auto'
  }
  var dark = chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
