-- An attempt was the right one. KEYS: the counters. ARGV: now, how long a count outlives its wait (microseconds), then
-- for each key 1 where its slate is clean, and 0 where this one attempt is taken back.
local now, memory = tonumber(ARGV[1]), tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  if tonumber(ARGV[2 + i]) == 1 then
    redis.call('DEL', key)
  else
    local failures = tonumber(redis.call('HGET', key, 'failures'))
    if failures then
      redis.call('HSET', key, 'failures', math.max(failures - 1, 0), 'until', string.format('%.0f', now))
      redis.call('PEXPIRE', key, math.ceil(memory / 1000) + 1000)
    end
  end
end
return 0
