-- What the scenarios share: the frozen five-attribute entity (about 550 bytes) and the line that ../run reads.

-- The entity with this id; its values vary with i, within fixed ranges.
function entity(id, i)
  local speed = (i * 37) % 100 + (i % 10) / 10
  local lon = 13.0 + (i * 7919) % 10000 / 10000
  local lat = 52.0 + (i * 104729) % 10000 / 10000
  return string.format('{"id":"%s","type":"Vehicle",' ..
    '"brandName":{"type":"Property","value":"Mercedes-Benz Citaro %d"},' ..
    '"speed":{"type":"Property","value":%.1f,"unitCode":"KMH","observedAt":"2026-01-01T12:00:00Z"},' ..
    '"fuelLevel":{"type":"Property","value":%d,"unitCode":"P1","observedAt":"2026-01-01T12:00:00Z"},' ..
    '"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[%.4f,%.4f]}},' ..
    '"isParkedIn":{"type":"Relationship","object":"urn:ngsi-ld:OffStreetParking:Downtown%d",' ..
    '"observedAt":"2026-01-01T12:00:00Z"}}', id, i % 97, speed, (i * 13) % 100, lon, lat, i % 50)
end

-- A prefix for ids that no earlier run has used.
function fresh(tag)
  return tag .. os.time() .. "x" .. math.floor((os.clock() * 1e6) % 1e6) .. "x"
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.3f,"p50_us":%d,"p99_us":%d,"status_errors":%d,"socket_errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99), e.status,
    e.connect + e.read + e.write + e.timeout))
end
