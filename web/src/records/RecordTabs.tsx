import { Tabs } from '../ui/Tabs'

/** The parts of a record. */
export function RecordTabs({ personId }: { personId: string }) {
  const params = { personId }
  return (
    <Tabs
      label="Parts of the record"
      tabs={[
        { to: '/people/$personId/record', params, words: 'At a glance', exact: true },
        { to: '/people/$personId/record/timeline', params, words: 'Timeline' },
        { to: '/people/$personId/record/results', params, words: 'Results' },
        { to: '/people/$personId/record/conditions', params, words: 'Conditions' },
        { to: '/people/$personId/record/medicines', params, words: 'Medicines' },
        { to: '/people/$personId/record/allergies', params, words: 'Allergies' },
        { to: '/people/$personId/record/vaccines', params, words: 'Vaccines' },
        { to: '/people/$personId/record/visits', params, words: 'Visits' },
        { to: '/people/$personId/record/who-looked', params, words: 'Who looked' },
      ]}
    />
  )
}
