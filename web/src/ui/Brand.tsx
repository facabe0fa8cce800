import classes from './Brand.module.css'

export function Brand({ large }: { large?: boolean }) {
  return (
    <span className={classes.brand} data-large={large || undefined}>
      <svg viewBox="0 0 32 32" aria-hidden="true" className={classes.mark}>
        <rect width="32" height="32" rx="9" className={classes.ground} />
        <path
          d="M21.5 11.200c-1-1.9-3-3-5.5-3-3 0-5.300 1.600-5.300 4.100 0 5.400 11 2.600 11 7.500 0 2.600-2.500 4-5.700 4-2.800 0-5-1.200-6-3.300"
          className={classes.letter}
        />
      </svg>
      Salus
    </span>
  )
}
