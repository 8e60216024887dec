"""Links by which customers read quotations, and what they answer."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0012_country_of_companies'),
        ('crm_sales', '0023_promoted_lines'),
        ('masterdata', '0007_duplicates_and_mergings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QuotationLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('quotation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='crm_sales.quotation', verbose_name='quotation')),
            ],
            options={
                'verbose_name': 'link of a quotation',
                'verbose_name_plural': 'links of quotations',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='QuotationAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('accepted', 'Accepted'), ('refused', 'Refused')], max_length=10, verbose_name='answer')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='name')),
                ('text', models.TextField(blank=True, max_length=2000, verbose_name='note or reason')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='IP address')),
                ('agent', models.CharField(blank=True, max_length=200, verbose_name='browser')),
                ('answered_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='answered')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('party', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='masterdata.party', verbose_name='customer')),
                ('quotation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='answer', to='crm_sales.quotation', verbose_name='quotation')),
                ('link', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm_sales.quotationlink', verbose_name='link')),
            ],
            options={
                'verbose_name': 'answer to a quotation',
                'verbose_name_plural': 'answers to quotations',
                'default_permissions': (),
                'indexes': [models.Index(fields=['party', '-answered_at'], name='crm_quotation_answer_by_party')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'accepted'), models.Q(('name', ''), _negated=True)), models.Q(('kind', 'refused'), models.Q(('text', ''), _negated=True)), _connector='OR'), name='crm_quotation_answer_says', violation_error_message='An acceptance has a name, a refusal its reason')],
            },
        ),
    ]
