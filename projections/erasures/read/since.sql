-- Who was forgotten after this instant ($1)?
SELECT aggregate_id FROM erasures WHERE erased_at > $1
