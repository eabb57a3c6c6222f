-- Whether a letter was parked by hand is asked for every letter of a list: there are few such replays, mostly none.
CREATE INDEX replay_parked ON replay (connection_id) WHERE plan -> 'requeue' ->> 'action' = 'park';
