// Saves a section on the server as writing pauses, says what is not saved yet, and shows what the check
// noticed. Loaded by portal.js where somebody writes; without it the buttons below save. What is typed
// is kept on the page and on the server, nowhere in the browser.
const PAUSE = 1500 // milliseconds without a key before the text is saved
const LONGEST = 15_000 // while somebody types on and on
const AGAIN = 10_000 // after a save that failed
const PATIENCE = 30_000 // whoever waits longer is told that no answer came

const NO_CONNECTION = 'Not saved: there is no connection. Your text is still on this page and is saved as soon as there is one.'
const NO_ANSWER = 'Not saved: the service gave no answer. Your text is still on this page and is saved as soon as it does.'

export function autosave(form, improve) {
  const field = form.querySelector('textarea')
  const state = form.querySelector('[data-autosave-state]')
  const look = document.querySelector('[data-look]')
  const unsaved = form.dataset.unsaved // why the server does not hold what this page shows, if so
  let saved = unsaved ? null : field.value // what the server holds
  let pause, longest
  let saving = null // the save that is under way
  let stopped = unsaved === 'stale' // somebody else saved: the person decides
  let leaving = false

  const dirty = () => field.value !== saved

  function say(...parts) {
    state.replaceChildren(...parts)
  }

  field.addEventListener('input', () => {
    if (stopped) return
    say('Not saved yet')
    later(PAUSE)
    longest ??= setTimeout(save, LONGEST)
  })

  function later(milliseconds) {
    clearTimeout(pause)
    pause = setTimeout(save, milliseconds)
  }

  // Returns whether everything is saved. One save at a time: each is made from the one before.
  async function save() {
    clearTimeout(pause)
    clearTimeout(longest)
    longest = undefined
    if (saving) await saving
    if (!dirty() || stopped) return !dirty()
    saving = send(field.value)
    const done = await saving
    saving = null
    if (done && dirty()) later(PAUSE)
    return done && !dirty()
  }

  async function send(text) {
    say('Saving…')
    let answer
    try {
      answer = await fetch(form.dataset.autosave, {
        method: 'POST',
        body: new URLSearchParams({
          text,
          revision: form.elements.revision.value,
          csrf_token: form.elements.csrf_token.value,
        }),
        headers: { Accept: 'application/json' },
        cache: 'no-store',
        redirect: 'manual', // to the page for signing in
        signal: AbortSignal.timeout?.(PATIENCE),
      })
    } catch {
      return failed(NO_CONNECTION)
    }
    if (answer.type === 'opaqueredirect' || answer.status === 401) return signedOut()
    if (answer.status === 400) return expired()
    let told
    try {
      told = await answer.json()
    } catch {
      return failed(NO_ANSWER)
    }
    if (answer.ok) return kept(text, told)
    stopped = answer.status === 409
    say(`Not saved: ${told.problem}`)
    return false
  }

  function kept(text, { revision, html }) {
    saved = text
    form.elements.revision.value = revision
    const time = new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
    say(dirty() ? 'Not saved yet' : `Saved at ${time}`)
    // not under the hands of whoever is reading there
    if (!look.contains(document.activeElement)) {
      look.innerHTML = html // a piece of a page of ours
      improve(look)
    }
    return true
  }

  function failed(problem) {
    say(problem)
    later(AGAIN)
    return false
  }

  function signedOut() {
    const link = document.createElement('a')
    Object.assign(link, { className: 'govuk-link', href: '/sign-in', target: '_blank', rel: 'noopener' })
    link.textContent = 'Sign in again in a new tab'
    say('Not saved: you have been signed out. Your text is still on this page. ', link, ', then come back here: it is saved by itself.')
    later(AGAIN)
    return false
  }

  // The form belongs to a session that has ended; a new one gives a new token.
  async function expired() {
    try {
      const answer = await fetch(location.href, { cache: 'no-store', redirect: 'manual' })
      if (answer.type === 'opaqueredirect' || answer.status === 401) return signedOut()
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const token = page.querySelector('form [name="csrf_token"]')?.value
      if (!token || token === form.elements.csrf_token.value) return failed(NO_ANSWER)
      form.elements.csrf_token.value = token
    } catch {
      return failed(NO_CONNECTION)
    }
    later(0)
    return false
  }

  // A page is left only when what was typed has arrived, or the person says so.
  form.addEventListener('submit', async (event) => {
    // a form that is sent from within its own sending would stay where it is
    if (leaving || stopped || !dirty()) {
      leaving = true
      return
    }
    event.preventDefault()
    const by = event.submitter
    if (await save()) {
      leaving = true
      form.requestSubmit(by)
    } else if (stopped) {
      leaving = true
      form.requestSubmit(by) // the answer shows both texts
    } else {
      state.scrollIntoView({ block: 'center' })
    }
  })
  window.addEventListener('beforeunload', (event) => {
    if (!leaving && dirty()) event.preventDefault()
  })
  // somebody who comes back from another tab may be signed in again, and a line that was down is back
  for (const event of ['focus', 'online']) window.addEventListener(event, () => dirty() && later(0))
}
