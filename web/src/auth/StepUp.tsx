import { Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { askStepUpPasskey, sendStepUpCode, stepUp } from '../api/salus'
import type { Session } from '../api/salus.schemas'
import { sessionQuery } from './session'
import { ShowFactor, type Ways } from './ShowFactor'
import { answerStepUps, type StepUpRequest } from './stepUp'

const ways: Ways = {
  show: (shown) => stepUp(shown),
  sendCode: (method) => sendStepUpCode({ method }),
  askPasskey: () => askStepUpPasskey(),
}

/** Asks once more who it is, when a request needs that; the request is then sent again by itself. */
export function StepUp() {
  const queryClient = useQueryClient()
  const [request, setRequest] = useState<StepUpRequest>()
  useEffect(() => answerStepUps(setRequest), [])
  function end(shown: boolean) {
    request?.done(shown)
    setRequest(undefined)
  }
  return (
    <Modal opened={request !== undefined} onClose={() => end(false)} title="Show once more that it is you">
      <p className="muted">What you are about to do matters. It takes a moment, and then holds for ten minutes.</p>
      {request && (
        <ShowFactor
          factors={request.factors}
          ways={ways}
          onDone={(session) => {
            queryClient.setQueryData(sessionQuery.queryKey, session as Session)
            end(true)
          }}
        />
      )}
    </Modal>
  )
}
