import type { ReactNode } from 'react'

/** Line drawings on a 24 × 24 grid. They stand beside words and are silent to screen readers. */
const drawings = {
  record: <path d="M6 3.5h9l4 4V20.5H6zM15 3.5V8h4M9.5 12.5h6M9.5 16h4" />,
  ask: <path d="M4 5.5h16v11h-9l-4.5 4v-4H4zM8.5 9.5h7M8.5 12.5h4" />,
  documents: <path d="M3.5 6.5h6l2 2.5h9v10.5h-17zM3.5 11.5h17" />,
  people: <path d="M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5M16 4.5a3.5 3.5 0 0 1 0 6.5M18 15c2 .8 3.2 2.5 3.5 5" />,
  me: <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c.8-3.7 3.7-6 7.5-6s6.7 2.3 7.5 6" />,
  search: <path d="M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.3 15.3 20 20" />,
  sun: <path d="M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4" />,
  moon: <path d="M20 14.2A8.3 8.3 0 0 1 9.8 4a8.3 8.3 0 1 0 10.2 10.2z" />,
  tick: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  up: <path d="M12 19V5.5M6 11.5l6-6 6 6" />,
  down: <path d="M12 5v13.5M6 12.5l6 6 6-6" />,
  unknown: <path d="M5 12h14" />,
  warning: <path d="M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.1" />,
  upload: <path d="M12 15.5V4M7 8.5 12 4l5 4.5M4 15.5v4.5h16v-4.5" />,
  download: <path d="M12 4v11.5M7 11l5 4.5 5-4.5M4 15.5v4.5h16v-4.5" />,
  left: <path d="m14.5 5.5-6.5 6.5 6.5 6.5" />,
  right: <path d="m9.5 5.5 6.5 6.5-6.5 6.5" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  plus: <path d="M12 5v14M5 12h14" />,
  minus: <path d="M5 12h14" />,
  bin: <path d="M4.5 6.5h15M9.5 6.5V4h5v2.5M6.5 6.5l1 14h9l1-14M10 10.5v6M14 10.5v6" />,
  page: <path d="M6.5 3.5H14l4 4v13H6.5zM13.5 3.5V8H18" />,
  offline: <path d="M4 4l16 16M8.5 15.5a5 5 0 0 1 7 0M5.5 12a9.5 9.5 0 0 1 4-2.3M13.5 9.3A9.5 9.5 0 0 1 18.5 12M2.5 8.5a14 14 0 0 1 4-2.7M10.5 4.6A14 14 0 0 1 21.5 8.5M12 19.2v.1" />,
  lock: <path d="M5.5 11h13v9.5h-13zM8 11V8a4 4 0 0 1 8 0v3" />,
  clock: <path d="M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M12 7v5.3l3.3 2" />,
  pill: <path d="M4.8 13.7l8.9-8.9a4 4 0 0 1 5.6 5.6l-8.9 8.9a4 4 0 0 1-5.6-5.6M9.2 9.2l5.6 5.6" />,
  heart: <path d="M12 20C6 15.5 3.5 12.5 3.5 9a4.5 4.5 0 0 1 8.5-2 4.5 4.5 0 0 1 8.5 2c0 3.5-2.5 6.5-8.5 11z" />,
  flask: <path d="M9.5 3.5h5M10.5 3.5v6l-5.5 9c-.6 1 .1 2 1.2 2h11.6c1.1 0 1.8-1 1.2-2l-5.5-9v-6M7.5 15h9" />,
  shield: <path d="M12 3.5l7.5 2.5v5.5c0 4.5-3 7.5-7.5 9-4.5-1.5-7.5-4.5-7.5-9V6zM8.8 12l2.3 2.3 4.1-4.3" />,
  visit: <path d="M4.5 6h15v14.5h-15zM4.5 10.5h15M8.5 3.5V7M15.5 3.5V7" />,
  star: <path d="m12 4 2.4 5.2 5.6.6-4.2 3.8 1.2 5.6-5-2.9-5 2.9 1.2-5.6L4 9.8l5.6-.6z" />,
  key: <path d="M8 19.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M11.3 11.9 19.5 3.7M16 7.2l3 3" />,
  out: <path d="M13.5 4H5v16h8.5M9.5 12H20M16 8l4 4-4 4" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof drawings

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flexShrink: 0 }}
    >
      {drawings[name]}
    </svg>
  )
}
