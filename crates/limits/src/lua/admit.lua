-- Counts an attempt as failed under every key, or under none. Times are microseconds.
-- KEYS: the counters. ARGV: now, how long a count outlives its wait, the longest wait in seconds, then for each key how
-- many attempts are free. Answers 0, or how long to wait.
local now, memory, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local counts, over = {}, now
for i, key in ipairs(KEYS) do
  local stored = redis.call('HMGET', key, 'failures', 'until')
  counts[i] = { failures = tonumber(stored[1]) or 0, over = tonumber(stored[2]) or now }
  over = math.max(over, counts[i].over)
end
if over > now then
  return over - now
end
for i, key in ipairs(KEYS) do
  local failures = counts[i].failures
  if now > counts[i].over + memory then
    failures = 0
  end
  failures = failures + 1
  local excess, wait = failures - math.max(tonumber(ARGV[3 + i]), 1), 0
  if excess >= 0 then
    wait = math.min(2 ^ math.min(excess, 32), longest) * 1000000
  end
  redis.call('HSET', key, 'failures', failures, 'until', string.format('%.0f', now + wait))
  redis.call('PEXPIRE', key, math.ceil((wait + memory) / 1000) + 1000)
end
return 0
