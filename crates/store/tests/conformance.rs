//! The stories that every backend of the store must tell alike.
//!
//! A backend joins with a way to open it and one line at the end of this file.

#![expect(clippy::unwrap_used, reason = "these are tests")]

#[path = "conformance/house.rs"]
mod house;

#[path = "conformance/access.rs"]
mod access;
#[path = "conformance/audit.rs"]
mod audit;
#[path = "conformance/bad_days.rs"]
mod bad_days;
#[path = "conformance/blobs.rs"]
mod blobs;
#[path = "conformance/erasing.rs"]
mod erasing;
#[path = "conformance/feed.rs"]
mod feed;
#[path = "conformance/finding.rs"]
mod finding;
#[path = "conformance/history.rs"]
mod history;
#[path = "conformance/jobs.rs"]
mod jobs;
#[path = "conformance/partial.rs"]
mod partial;
#[path = "conformance/writing.rs"]
mod writing;

/// Makes a test of each story for a backend.
macro_rules! tell {
    ($backend:ident, $open:path: $($part:ident :: $story:ident,)+) => {
        mod $backend {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$part::$story(super::house::House::build($open)).await;
                }
            )+
        }
    };
}

macro_rules! every_story {
    ($backend:ident, $open:path) => {
        tell! { $backend, $open:
            access::a_stranger_sees_no_difference_between_foreign_and_absent,
            access::a_person_writes_what_is_theirs_and_nothing_else,
            access::nobody_reaches_internal_types_but_the_system,
            access::history_shows_each_version_only_to_those_who_may_read_it,
            audit::every_look_and_write_stands_in_the_chain,
            audit::a_changed_entry_breaks_the_chain,
            audit::every_way_to_tamper_is_found,
            audit::a_chain_written_anew_does_not_fit_its_anchors,
            audit::an_entry_tells_who_where_why_and_what,
            audit::what_is_not_allowed_is_on_file_with_the_one_it_is_about,
            audit::after_an_erasure_the_details_are_gone_and_the_chain_is_whole,
            audit::what_is_past_its_time_goes_and_a_checkpoint_stands_for_it,
            audit::notes_are_part_of_their_write,
            audit::the_chain_is_searched_by_those_who_may,
            audit::the_chain_holds_no_name,
            bad_days::a_full_disk_keeps_nothing_of_what_failed,
            bad_days::a_second_opening_is_refused_with_a_reason,
            bad_days::keys_from_an_older_copy_give_no_number_twice,
            bad_days::an_index_of_another_layout_is_refused,
            bad_days::a_damaged_body_is_named_and_the_others_go_on,
            bad_days::all_acknowledged_is_there_after_reopening,
            bad_days::a_lost_key_file_is_told,
            blobs::a_file_comes_back_and_lies_sealed,
            blobs::a_file_in_the_place_of_another_is_damage,
            blobs::a_stranger_gets_no_file,
            erasing::an_erased_patient_is_gone_from_every_file,
            erasing::the_others_and_the_audit_stay_whole,
            erasing::an_erased_id_may_be_used_again,
            erasing::nothing_written_meanwhile_outlives_the_key,
            erasing::an_older_copy_brings_nobody_back,
            erasing::a_key_that_was_put_back_opens_nothing,
            erasing::work_about_the_erased_is_gone_and_others_goes_on,
            erasing::nobody_writes_about_the_erased_who_has_not_heard_of_it,
            erasing::what_there_is_is_counted_before,
            erasing::what_others_say_of_somebody_is_found,
            erasing::what_is_purged_leaves_no_version,
            erasing::nothing_is_left_where_a_row_once_stood,
            feed::the_feed_tells_every_change_once_in_order,
            feed::a_watcher_hears_of_every_commit,
            feed::a_cursor_stays_where_it_was_put,
            feed::a_change_moves_the_patients_it_touches_and_no_others,
            finding::what_is_written_is_found_until_it_changes,
            finding::if_none_exist_holds_among_sixty_four_writers,
            history::versions_count_on_and_stay_readable,
            history::pages_of_history_join_without_gap,
            history::since_cuts_what_is_older,
            jobs::a_job_comes_with_its_batch_or_not_at_all,
            jobs::a_lease_that_ends_gives_the_job_to_another,
            jobs::failures_wait_longer_and_end_as_dead_letters,
            jobs::the_same_work_is_enqueued_once,
            jobs::urgent_jobs_go_first_and_later_ones_wait,
            jobs::what_ended_long_ago_is_swept_with_its_payload,
            partial::asvs_v8_2_3_hidden_elements_are_neither_shown_nor_found_by,
            partial::asvs_v8_2_3_a_write_keeps_what_its_writer_was_not_shown,
            partial::reading_and_searching_are_rights_of_their_own,
            partial::asvs_v8_4_1_the_staff_of_one_clinic_does_nothing_to_patients_of_another,
            partial::deny_wins_everywhere,
            partial::a_policy_that_is_not_understood_is_refused_at_write,
            writing::a_resource_comes_back_as_it_was_written,
            writing::versions_are_checked,
            writing::the_same_content_makes_no_version,
            writing::a_batch_is_kept_whole_or_not_at_all,
            writing::a_batch_may_write_one_resource_twice,
            writing::sixty_four_writers_of_one_resource_lose_nothing,
            writing::a_thousand_resources_go_in_one_batch,
            writing::what_is_no_resource_is_refused,
            writing::the_deleted_comes_back_as_the_next_version,
            writing::a_resource_may_move_to_another_patient,
        }
    };
}

every_story!(sqlite, super::house::open_sqlite);
