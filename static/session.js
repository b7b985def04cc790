// Says in time that the session is about to end, so that nobody loses what they are typing. Loaded by
// portal.js on pages of somebody who is signed in; without it the session ends all the same.
const FIRST = 20_000 // milliseconds after which a page asks; most are left before
const AGAIN = 30_000 // while a warning is shown, and after a question that got no answer
const USED = 4 * 60_000 // typing says so often that somebody is there
const AWAY = 60_000 // who comes back to the page after so long may have been signed out

let timer
let asked = Date.now()
let used = Date.now()
let shown = '' // which message is open
let told = '' // which message was read and closed, so that it does not come again
let dialog
let opener

// Opening a page counts as use, asking how long the session lasts does not.
export function watch() {
  later(FIRST)
  document.addEventListener('input', () => {
    if (!shown && Date.now() - used > USED) ask('POST')
  })
  const back = () => {
    if (document.visibilityState !== 'visible') return
    if (shown || told === 'ended' || Date.now() - asked > AWAY) ask('GET')
  }
  document.addEventListener('visibilitychange', back)
  window.addEventListener('focus', back)
  window.addEventListener('pageshow', (event) => event.persisted && ask('GET'))
}

function later(milliseconds) {
  clearTimeout(timer)
  timer = setTimeout(() => ask('GET'), milliseconds)
}

// Returns whether the service answered.
async function ask(method) {
  clearTimeout(timer)
  asked = Date.now()
  if (method === 'POST') used = asked
  try {
    const answer = await fetch('/session', {
      method,
      cache: 'no-store',
      redirect: 'manual', // to the page for signing in
      headers: { Accept: 'application/json' },
    })
    if (answer.type === 'opaqueredirect' || answer.status === 401) {
      ended()
      return true
    }
    if (answer.ok) {
      plan(await answer.json())
      return true
    }
  } catch {
    // no network, or a service that is closed for a moment: ask again
  }
  later(AGAIN)
  return false
}

// `idle` and `at_most`: seconds until the session ends unless it is used, and however much it is used.
function plan({ idle, at_most: atMost, warn }) {
  const left = Math.min(idle, atMost)
  if (left > warn) {
    close()
    told = ''
    later((left - warn) * 1000)
    return
  }
  later(Math.min(AGAIN, left * 1000 + 1000))
  if (atMost <= idle) last(left)
  else warning(left)
}

function minutes(seconds) {
  const number = Math.max(1, Math.ceil(seconds / 60))
  return number === 1 ? '1 minute' : `${number} minutes`
}

function warning(left) {
  show('warning', {
    heading: `You will be signed out in ${minutes(left)}`,
    texts: ['What you have typed will be lost unless you stay signed in.'],
    actions: [button('Stay signed in', stay), signOut()],
    onEscape: stay,
  })
}

function last(left) {
  show('last', {
    heading: `You will be signed out in ${minutes(left)}`,
    texts: [
      'For safety nobody stays signed in for longer, however much they use the service. It can’t be put off.',
      'Send or copy what you have typed now. Then sign in again.',
    ],
    actions: [button('Continue', dismiss), signOut()],
    onEscape: dismiss,
  })
}

function ended() {
  show('ended', {
    heading: 'You have been signed out',
    texts: ['What you have typed is still on this page. Sign in in a new tab, then come back here and send it.'],
    actions: [signIn(), button('Close this message', dismiss, 'govuk-button--secondary')],
    onEscape: dismiss,
  })
}

async function stay() {
  if (!(await ask('POST'))) say('The service gave no answer. Try again.')
}

function dismiss() {
  told = shown
  close()
}

function say(text) {
  const status = dialog.querySelector('[role="status"]')
  const said = make('p', 'govuk-body')
  said.textContent = text
  status.replaceChildren(said)
}

// ---- The dialog

function make(name, classes, attributes = {}) {
  const element = document.createElement(name)
  if (classes) element.className = classes
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}

function button(text, press, more = '') {
  const element = make('button', `govuk-button ${more}`, { type: 'button' })
  element.textContent = text
  element.addEventListener('click', press)
  return element
}

function signOut() {
  const form = make('form', '', { method: 'post', action: '/sign-out' })
  const send = make('button', 'govuk-button govuk-button--secondary', { type: 'submit' })
  send.textContent = 'Sign out'
  form.append(send)
  return form
}

function signIn() {
  const link = make('a', 'govuk-button', {
    href: '/sign-in',
    target: '_blank',
    rel: 'noopener noreferrer',
    role: 'button',
    draggable: 'false',
  })
  link.textContent = 'Sign in (opens in a new tab)'
  return link
}

function show(kind, { heading, texts, actions, onEscape }) {
  if (told === kind) return
  if (shown === kind && dialog.isConnected) {
    dialog.querySelector('h2').textContent = heading // the focus stays where it is
    return
  }
  close()
  shown = kind
  opener = document.activeElement
  dialog = make('dialog', 'app-session', {
    role: 'alertdialog',
    'aria-labelledby': 'session-heading',
    'aria-describedby': 'session-text',
  })
  const title = make('h2', 'govuk-heading-m', { id: 'session-heading' })
  title.textContent = heading
  const text = make('div', '', { id: 'session-text' })
  for (const said of texts) {
    const paragraph = make('p', 'govuk-body')
    paragraph.textContent = said
    text.append(paragraph)
  }
  const group = make('div', 'govuk-button-group')
  group.append(...actions)
  dialog.append(title, text, group, make('div', '', { role: 'status' }))
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    onEscape()
  })
  document.body.append(dialog)
  dialog.showModal()
}

function close() {
  if (!shown) return
  shown = ''
  dialog.close()
  dialog.remove()
  opener?.focus?.({ preventScroll: true })
}
