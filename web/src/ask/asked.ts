import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { askQuestion } from '../api/salus'
import type { Answer } from '../api/salus.schemas'

/** One question and what became of it. */
export interface Asked {
  key: number
  question: string
  answer?: Answer
  error?: unknown
}

/**
 * The questions of this sitting, the newest first. They are kept in memory only: a question says as much
 * about a person as its answer does, so it stands in no URL and in no storage of the browser.
 */
export function useAsked(person: string) {
  const queryClient = useQueryClient()
  const queryKey = ['asked', person]
  const { data: asked = [] } = useQuery<Asked[]>({
    queryKey,
    queryFn: () => queryClient.getQueryData<Asked[]>(queryKey) ?? [],
    initialData: [],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })
  const change = (how: (all: Asked[]) => Asked[]) =>
    queryClient.setQueryData<Asked[]>(queryKey, (all) => how(all ?? []))
  const put = (key: number, part: Partial<Asked>) =>
    change((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one)))

  const { mutate } = useMutation({
    mutationFn: ({ question }: Asked) => askQuestion(person, { question }),
    onSuccess: (answer, { key }) => put(key, { answer, error: undefined }),
    onError: (error, { key }) => put(key, { error }),
  })

  function ask(question: string) {
    const words = question.trim()
    if (!words) return
    const entry = { key: (queryClient.getQueryData<Asked[]>(queryKey)?.[0]?.key ?? 0) + 1, question: words }
    change((all) => [entry, ...all])
    mutate(entry)
  }
  function again(entry: Asked) {
    put(entry.key, { error: undefined })
    mutate(entry)
  }
  return { asked, ask, again }
}
