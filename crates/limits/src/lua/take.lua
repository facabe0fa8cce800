-- One request more (the generic cell rate algorithm, as governor reckons it). Times are microseconds.
-- KEYS: the counter. ARGV: now, the time for one request, how many may come at once.
-- Answers 0, or how long until there is room.
local now, interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local arrival = tonumber(redis.call('GET', KEYS[1])) or now
local earliest = arrival - interval * (burst - 1)
if now < earliest then
  return earliest - now
end
local next_arrival = math.max(arrival, now) + interval
local life = math.ceil((next_arrival - now) / 1000) + 1000
redis.call('SET', KEYS[1], string.format('%.0f', next_arrival), 'PX', life)
return 0
