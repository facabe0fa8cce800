import { useParams } from '@tanstack/react-router'

/** The person whose record is open; only screens under `/people/$personId` call it. */
export function usePersonId(): string {
  return useParams({ from: '/app/people/$personId' }).personId
}
