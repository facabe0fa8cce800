import { Button, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import classes from './Emergency.module.css'

export interface WordsFormProps {
  label: string
  description: string
  /** Lines to begin with. */
  rows: number
  /** What the button says. */
  button: string
  /** What is said where the words did not arrive. */
  failed: string
  send: (words: string) => Promise<unknown>
}

/** A few words that go with an emergency, once: the helper's note, the person's objection. */
export function WordsForm({ label, description, rows, button, failed, send }: WordsFormProps) {
  const [words, setWords] = useState('')
  const sending = useMutation({ mutationFn: () => send(words.trim()) })
  function submit(event: FormEvent) {
    event.preventDefault()
    sending.mutate()
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <Textarea
        label={label}
        description={description}
        value={words}
        maxLength={2000}
        autosize
        minRows={rows}
        onChange={(event) => setWords(event.currentTarget.value)}
        error={sending.isError && failed}
      />
      <Button type="submit" disabled={words.trim().length < 5} loading={sending.isPending}>
        {button}
      </Button>
    </form>
  )
}
