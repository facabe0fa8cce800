import { useEffect, useRef, useState } from 'react'
import { Empty } from '../ui/States'
import { Cited } from './Cited'
import type { Highlight } from './highlight'
import classes from './Viewer.module.css'

/** A photo or scan with the cited place marked. */
export default function Picture({ content, title, highlight }: { content: Blob; title: string; highlight?: Highlight }) {
  const [address, setAddress] = useState<string>()
  const [broken, setBroken] = useState(false)
  const scroller = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const made = URL.createObjectURL(content)
    setAddress(made)
    setBroken(false)
    return () => URL.revokeObjectURL(made)
  }, [content])
  function goToCited() {
    scroller.current?.querySelector('[data-cited]')?.scrollIntoView({ block: 'center' })
  }
  useEffect(goToCited, [highlight])
  if (broken) {
    return (
      <Empty icon="page" title="Your browser cannot show this kind of picture">
        You can download it and open it with a program of your own. Its words can be searched and quoted all the same.
      </Empty>
    )
  }
  return (
    <div ref={scroller} className={classes.scroller} tabIndex={0} role="region" aria-label={`Picture: ${title}`}>
      {address && (
        <div className={classes.sheet}>
          <img src={address} alt={title} className={classes.picture} onLoad={goToCited} onError={() => setBroken(true)} />
          <Cited highlight={highlight} />
        </div>
      )}
    </div>
  )
}
