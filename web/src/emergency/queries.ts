import { queryOptions } from '@tanstack/react-query'
import { getEmergencyCard, getEmergencyContacts, listEmergencies, listEmergencyLinks, reviewEmergencies } from '../api/salus'

export const cardQuery = (personId: string) =>
  queryOptions({ queryKey: ['emergency-card', personId], queryFn: ({ signal }) => getEmergencyCard(personId, { signal }) })

export const linksQuery = (personId: string) =>
  queryOptions({ queryKey: ['emergency-links', personId], queryFn: ({ signal }) => listEmergencyLinks(personId, { signal }) })

export const contactsQuery = (personId: string) =>
  queryOptions({ queryKey: ['emergency-contacts', personId], queryFn: ({ signal }) => getEmergencyContacts(personId, { signal }) })

/** Who broke the glass of this person's record. */
export const reviewsQuery = (personId: string) =>
  queryOptions({ queryKey: ['emergency-reviews', personId], queryFn: ({ signal }) => reviewEmergencies(personId, { signal }) })

/** The emergencies one opened oneself. */
export const accessesQuery = queryOptions({ queryKey: ['emergencies'], queryFn: ({ signal }) => listEmergencies({ signal }) })
