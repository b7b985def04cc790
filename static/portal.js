// Pages work without this file. It improves the GOV.UK components that the service uses.
import {
  Button,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
  createAll,
} from 'govuk-frontend'

function improve(scope) {
  // A second press within a second is a slip of the hand, not a second wish.
  createAll(Button, { preventDoubleClick: true }, scope)
  for (const component of [
    Checkboxes,
    ErrorSummary,
    NotificationBanner,
    PasswordInput,
    ServiceNavigation,
    SkipLink,
  ]) {
    createAll(component, undefined, scope)
  }

  // On a narrow screen the results come first: the filters fold away, one press opens them again.
  if (window.matchMedia('(max-width: 40em)').matches) {
    for (const panel of scope.querySelectorAll('details[data-fold-when-narrow]')) panel.open = false
  }

  // The library's search field completes what is typed. That part comes after everything else.
  const fields = scope.querySelectorAll('[data-complete]')
  if (fields.length) {
    const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 200))
    whenIdle(async () => {
      const { completeIn } = await import(fields[0].dataset.completeScript)
      for (const field of fields) completeIn(field)
    })
  }
}

improve(document)

// What someone writes about a case is sent without leaving the page, so that the browser keeps nothing
// of it. That part comes at once: it has to be there when the network is not.
const written = document.querySelector('[data-in-place]')
if (written) {
  const coming = import(written.dataset.inPlace).then(
    ({ send }) => send,
    () => (form) => HTMLFormElement.prototype.submit.call(form), // as without this file
  )
  document.addEventListener('submit', async (event) => {
    const form = event.target
    if (!form.matches('[data-in-place]')) return
    event.preventDefault()
    const send = await coming
    send(form, improve)
  })
}

// What somebody writes is saved as they write.
const section = document.querySelector('[data-autosave]')
if (section) import(section.dataset.autosaveScript).then(({ autosave }) => autosave(section, improve))

// Who is signed in is told before the session ends.
const mine = document.querySelector('[data-session]')
if (mine) import(mine.dataset.session).then(({ watch }) => watch())
