CREATE TABLE `captures` (
	`request_id` text PRIMARY KEY NOT NULL,
	`request_json` text NOT NULL,
	FOREIGN KEY (`request_id`) REFERENCES `requests`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `attempts` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `attempts` ADD `confidence_json` text;--> statement-breakpoint
ALTER TABLE `requests` ADD `facts_json` text;--> statement-breakpoint
ALTER TABLE `requests` ADD `arm` text;