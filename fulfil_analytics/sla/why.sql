-- Why a stage was due when it was and came out as it did, as JSON. /*why*/ is the text of the case, still open at its end.
/*why*/
|| CASE WHEN /*by_platform*/ AND /*has_due*/ THEN ',"deadline":"platform"' ELSE '' END
|| coalesce(',"not_applicable":"' || /*reason*/ || '"', ',"stop":"' || stop_event || '"', '')
|| '}'
