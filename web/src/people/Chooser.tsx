import { Autocomplete } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { choicesQuery } from './choices'

/** Finds somebody, or a place, by name. What is chosen is told by its id; the field is empty again after it. */
export function Chooser({
  type,
  label,
  description,
  onChoose,
}: {
  type: 'Patient' | 'Practitioner' | 'Organization'
  label: string
  description?: string
  onChoose: (id: string) => void
}) {
  const [words, setWords] = useState('')
  const [sought] = useDebouncedValue(words, 200)
  const found = useQuery(choicesQuery(type, sought))
  const choices = found.data ?? []
  return (
    <Autocomplete
      label={label}
      description={description}
      placeholder="Type a name"
      value={words}
      onChange={setWords}
      data={choices.map((choice) => choice.words)}
      filter={({ options }) => options}
      onOptionSubmit={(chosen) => {
        const choice = choices.find((one) => one.words === chosen)
        if (choice) onChoose(choice.id)
        queueMicrotask(() => setWords(''))
      }}
      error={found.isError && 'The names could not be looked up. Try again.'}
    />
  )
}
