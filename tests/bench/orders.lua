-- One order of one free ticket of one hot type; EVENT and TYPE come from the environment.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"event_id":"' .. os.getenv("EVENT") .. '","items":[{"ticket_type_id":"' .. os.getenv("TYPE")
  .. '","quantity":1}],"buyer":{"email":"b@example.org","name":"Bo"}}'
