// Completes what is typed in a search field with titles and terms of the library. Loaded by portal.js
// when a page with such a field has nothing else to do; without it the field works as it is.
import accessibleAutocomplete from 'accessible-autocomplete'

const PAUSE = 150 // milliseconds without a key before the server is asked

export function completeIn(box) {
  const field = box.querySelector('input')
  const { form, value: typed } = field
  const focused = document.activeElement === field
  let asked

  function source(words, show) {
    clearTimeout(asked)
    asked = setTimeout(async () => {
      try {
        const answer = await fetch(`${box.dataset.complete}?q=${encodeURIComponent(words)}`, {
          headers: { Accept: 'application/json' },
        })
        show(answer.ok && !answer.redirected ? await answer.json() : [])
      } catch {
        show([]) // the search itself still works
      }
    }, PAUSE)
  }

  box.replaceChildren()
  accessibleAutocomplete({
    element: box,
    id: field.id,
    name: field.name,
    defaultValue: typed,
    inputClasses: 'govuk-input',
    menuAttributes: { 'aria-label': 'Titles and terms of the library' },
    source,
    minLength: Number(box.dataset.completeFrom),
    confirmOnBlur: false,
    showNoOptionsFound: false,
    displayMenu: 'overlay',
    tStatusQueryTooShort: () => '',
    tStatusNoResults: () => '',
    onConfirm(chosen) {
      if (chosen === undefined) return
      box.querySelector('input[role="combobox"]').value = chosen
      form.requestSubmit()
    },
  })
  const made = box.querySelector('input[role="combobox"]')
  made.maxLength = field.maxLength
  made.type = 'search'
  // Enter searches for what was typed, whether or not suggestions are open
  made.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    form.requestSubmit()
  })
  if (focused) made.focus()
}
